package modelfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = "# FROM no\nFROM llama3.2:3b\nADAPTER ./a.gguf\nSYSTEM \"\"\"\nFROM nobody\n\"\"\"\nfrom hf.co/org/name:Q4_K_M\nDRAFT user/small\nFROM ./x.gguf\nFROM\n"

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "Modelfile", "", file)
	var got []string
	for _, ref := range r.References {
		got = append(got, fmt.Sprintf("%d:%d %s %s", ref.At.Line, ref.At.Column, ref.Model.Source, ref.Model))
	}
	want := "2:6 ollama llama3.2@3b\n7:6 hf org/name\n8:7 ollama user/small"
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func TestWants(t *testing.T) {
	if !(Finder{}).Wants("a/Modelfile", nil) || !(Finder{}).Wants("x.Modelfile", nil) || (Finder{}).Wants("Makefile", nil) {
		t.Error("wants the wrong files")
	}
}

func FuzzFind(f *testing.F) { checktest.FuzzFind(f, Finder{}, "Modelfile", "", file, "FROM \"\"\"") }
