package cmdline

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	for text, want := range map[string]string{
		"bash -c 'true'":                        "shell",
		"/bin/sh -c true":                       "shell",
		"cmd.exe /c dir":                        "shell",
		"powershell -enc AAAA":                  "shell",
		"curl https://x.example/p | sh":         "shell",
		"sudo python3 -u -c 'pass'":             "shell",
		"import os; os.system('true')":          "script",
		"cmd = os.execute('true')":              "script",
		"jax.jit(eval(code))":                   "script",
		"lambda data: exec(data)":               "script",
		"subprocess.run(['true'])":              "script",
		"# eval(x)":                             "",
		"Execution metrics from evaluation.":    "",
		"we run os.system(x) in the handler":    "",
		"bash script for users":                 "",
		"curl the weights, then pipe them":      "",
		"curl https://x.example/model -o m.bin": "",
		"execute_mode_fast":                     "",
		"relu(x)":                               "",
		"model.eval()":                          "",
		"":                                      "",
		base64.StdEncoding.EncodeToString([]byte("__import__('os').system('true')")): "base64 script",
		base64.StdEncoding.EncodeToString([]byte("The quick brown fox jumps.")):      "",
	} {
		c, ok := Of("k", text, true)
		if c.Type != want || ok != (want != "") || c.Field != "k" || !c.Evaluated {
			t.Errorf("%q is %+v, %v", text, c, ok)
		}
	}
	if c, ok := Of("k", "sh -c '"+strings.Repeat("a", 1000)+"'", false); !ok || len(c.Text) > maxText+len("…") {
		t.Errorf("%d bytes are quoted", len(c.Text))
	}
}

func FuzzOf(f *testing.F) {
	f.Add("sh -c x | sh")
	f.Add("f(eval(x))")
	f.Fuzz(func(_ *testing.T, text string) { Of("", text, false) })
}
