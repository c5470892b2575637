package modelcard

import (
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

func TestFind(t *testing.T) {
	text := "---\nbase_model: org/name\n---\n# Title\n---\n"
	if !(Finder{}).Wants("README.md", []byte(text)) || (Finder{}).Wants("README.md", []byte("# x")) || (Finder{}).Wants("a.md", []byte(text)) {
		t.Error("wants the wrong files")
	}
	r := checktest.Find(t, Finder{}, "README.md", "", text)
	if len(r.Embeds) != 1 || string(r.Embeds[0].Source.Text) != "base_model: org/name\n" || r.Embeds[0].Source.At(0, 1).Line != 2 {
		t.Errorf("got %s", checktest.JSON(r.Embeds))
	}
	if r := checktest.Find(t, Finder{}, "README.md", "", "---\nnever closed"); len(r.Embeds) != 0 {
		t.Error("took a text without an end for metadata")
	}
}

func FuzzFind(f *testing.F) { checktest.FuzzFind(f, Finder{}, "README.md", "", "---\na: b\n---\n") }
