package makefile

import (
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = "all: pull\npull:\n\t@hf download $(MODEL) \\\n\t  --revision main\n\tfor m in a/b; do ollama pull $$m; done\nMODEL ?= org/name # comment\none: ; -hf download c/d\n"

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "Makefile", "", file)
	if len(r.Embeds) != 1 {
		t.Fatalf("%d embedded texts", len(r.Embeds))
	}
	script := "MODEL=\"org/name\"\nhf download ${MODEL} \\\n--revision main\nfor m in a/b; do ollama pull $m; done\nhf download c/d\n"
	if got := string(r.Embeds[0].Source.Text); got != script {
		t.Errorf("got  %q\nwant %q", got, script)
	}
	for word, line := range map[string]int{"org/name": 6, "--revision": 4, "a/b": 5, "c/d": 7} {
		i := strings.Index(script, word)
		if at := r.Embeds[0].Source.At(i, i+len(word)); at.Line != line {
			t.Errorf("%q stands at line %d, want %d", word, at.Line, line)
		}
	}
}

func TestWants(t *testing.T) {
	if !(Finder{}).Wants("a/Makefile", nil) || !(Finder{}).Wants("x.mk", nil) || (Finder{}).Wants("Modelfile", nil) {
		t.Error("wants the wrong files")
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "Makefile", "", file, "$$", "A=$(\n\t$(X")
}
