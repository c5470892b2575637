package packages

import (
	"slices"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestLines(t *testing.T) {
	for line, want := range map[string][]Source{
		"torch==2.1 # https://x.example":                          nil,
		"# --index-url http://x.example":                          nil,
		"--index-url http://127.0.0.1/simple":                     {{"", "index-url", "http://127.0.0.1/simple"}},
		"-i https://me:pw@x.example/simple":                       {{"", "index-url", "https://x.example/simple"}},
		"--extra-index-url=https://x.example/simple":              {{"", "extra-index-url", "https://x.example/simple"}},
		"--extra-index-url https://download.pytorch.org/whl/cu12": nil,
		"--index-url http://whl.pytorch.org/x":                    {{"", "index-url", "http://whl.pytorch.org/x"}},
		"evil @ http://127.0.0.1/x.tar.gz ; python_version > '3'": {{"evil", "url", "http://127.0.0.1/x.tar.gz"}},
		"git+https://github.com/acme/tool@main#egg=tool":          {{"", "url", "git+https://github.com/acme/tool@main#egg=tool"}},
		"-e git+ssh://git@x.example/a.git":                        {{"", "editable", "git+ssh://x.example/a.git"}},
		"-e .":                                                    nil,
		"--trusted-host x.example":                                {{"", "trusted-host", "x.example"}},
		"-f ./wheels":                                             {{"", "find-links", "./wheels"}},
		"pandas>=1,<3 --hash=sha256:0":                            nil,
		"\\":                                                      nil,
	} {
		r := checktest.Inspect(t, Inspector{}, "m/requirements.txt", []byte("numpy\n"+line+"\n"))
		got := checktest.Of[Source](r, "packages.source")
		if !slices.Equal(got, want) || r.State != gate.Unproven {
			t.Errorf("%s: got %v, want %v", line, got, want)
		}
		if len(want) > 0 && r.Evidence[0].At.Line != 2 {
			t.Errorf("%s: at %+v", line, r.Evidence[0].At)
		}
	}
}

func TestEnvironments(t *testing.T) {
	text := "name: x://y\nchannels: [conda-forge, 'https://x.example/c']\ndependencies:\n- python=3.11\n- pip:\n  - evil @ http://x.example/e.tar.gz\n  - mlflow\n"
	r := checktest.Inspect(t, Inspector{}, "conda.yaml", []byte(text))
	want := []Source{{"", "channel", "https://x.example/c"}, {"evil", "url", "http://x.example/e.tar.gz"}}
	if got := checktest.Of[Source](r, "packages.source"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	r = checktest.Inspect(t, Inspector{}, "conda.yaml", []byte("a: ["))
	if !slices.Equal(r.Kinds(), []gate.Kind{gate.KindIncomplete}) || r.State != gate.Unread {
		t.Errorf("broken: %s", checktest.JSON(r))
	}
}

func TestWants(t *testing.T) {
	for path, want := range map[string]bool{"a/requirements-gpu.txt": true, "m.zip!python_env.yaml": true, "a.txt": false, "config.yaml": false} {
		if checktest.Wants(Inspector{}, path, nil) != want {
			t.Errorf("%s: want %v", path, want)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "requirements.txt", []byte("a @ http://b\n-i x@y\n"))
}
