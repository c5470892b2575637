package secrets

import (
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// The secrets are made here, so that no scanner finds them in this file.
var made = map[string]string{
	"aws-access-key": "AKIA" + strings.Repeat("A", 16), "aws-session-key": "ASIA" + strings.Repeat("B", 16),
	"huggingface-token": "hf_" + strings.Repeat("a", 34), "github-token": "ghp_" + strings.Repeat("a1", 18),
	"gitlab-token": "glpat-" + strings.Repeat("x", 20), "google-api-key": "AIza" + strings.Repeat("b", 35),
	"openai-key":    "sk-" + strings.Repeat("a", 20) + "T3Blbk" + "FJ" + strings.Repeat("b", 20),
	"anthropic-key": "sk-ant-api03-" + strings.Repeat("c", 95),
	"slack-token":   "xoxb-" + "1234567890-" + strings.Repeat("d", 24),
	"private-key":   "-----BEGIN RSA PRIVATE " + "KEY-----\\n" + strings.Repeat("MIIE", 10),
}

func TestSecrets(t *testing.T) {
	for name, secret := range made {
		text := []byte("{\n  \"token\": \"" + secret + "\"\n}\n")
		if !checktest.Wants(Inspector{}, "config.json", text) {
			t.Errorf("%s: not wanted", name)
		}
		r := checktest.Inspect(t, Inspector{}, "config.json", text)
		got := checktest.Of[Secret](r, "secret.found")
		if len(got) != 1 || got[0].Type != name || len(got[0].Masked) > 20 {
			t.Errorf("%s: %v", name, got)
			continue
		}
		if at := r.Evidence[0].At; at.Line != 2 || at.Column != 13 || at.EndColumn > 30 {
			t.Errorf("%s: at %+v", name, at)
		}
	}
}

func TestSilent(t *testing.T) {
	for _, text := range []string{
		"hf_xxx", "the token begins with hf_", "AKIA" + strings.Repeat("a", 16), "XAKIA" + strings.Repeat("A", 16),
		"AKIA" + strings.Repeat("A", 17), "sk-learn", "-----BEGIN PRIVATE KEY-----", "hf_" + strings.Repeat("a", 35), "xoxo",
	} {
		if checktest.Wants(Inspector{}, "README.md", []byte(text)) {
			t.Errorf("%q is wanted", text)
		}
	}
	if checktest.Wants(Inspector{}, "m.pkl", []byte(made["aws-access-key"])) || checktest.Wants(Inspector{}, "a.txt", []byte("\x00"+made["aws-access-key"])) {
		t.Error("a binary file is wanted")
	}
}

func TestMany(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "a.txt", []byte(strings.Repeat(made["aws-access-key"]+"\n", 200)))
	if !slices.Equal(r.Kinds(), []gate.Kind{"secret.found"}) || len(r.Evidence) != maxFound || r.State != gate.Unproven {
		t.Errorf("%d facts, state %q", len(r.Evidence), r.State)
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "a.txt", []byte(made["private-key"]), []byte(made["openai-key"]))
}
