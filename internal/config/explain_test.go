package config

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata")

func explained(t *testing.T, p *Policy, all bool) string {
	t.Helper()
	var out strings.Builder
	if err := Explain(&out, p, all); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExplain(t *testing.T) {
	p, err := Parse("model-repository-policy.yaml", sample(t), table(), today)
	if err != nil {
		t.Fatal(err)
	}
	for name, all := range map[string]bool{"testdata/explain.txt": false, "testdata/explain-all.txt": true} {
		got := explained(t, p, all)
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestExplainEscapes(t *testing.T) {
	p := parse(t, `owner: "a\eb\u202e"`)
	if got := explained(t, p, true); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("a terminal would obey %q", got)
	}
}

func TestExplainDefault(t *testing.T) {
	got := explained(t, Default(table()), false)
	if want := "the built-in policy\nLevels production/research\nOn by default: 13 more (--all)\n0 lines: 0 bound, 0 metadata, 0 unenforced\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	info := Default(table()).Info()
	if info.Path != "" || info.Digest != Default(table()).Info().Digest || info.Environment != "production" {
		t.Errorf("%+v", info)
	}
}
