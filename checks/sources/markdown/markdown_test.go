package markdown

import (
	"slices"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = "text org/name\n```bash\n$ hf download a/b\n```\n  ```yaml title=x\n  url: hf://c/d\n  ```\n~~~~\nnothing\n~~~~\n```text\nx\n```\n> ```{python}\n> x = 1\n> ```\n```sh\nnever closed"

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "README.md", "", file)
	want := []struct {
		language, text string
		line, column   int
	}{{"shell", "hf download a/b\n", 3, 3}, {"yaml", "url: hf://c/d\n", 6, 3}, {"python", "x = 1\n", 15, 3}}
	if len(r.Embeds) != len(want) {
		t.Fatalf("%d blocks: %s", len(r.Embeds), checktest.JSON(r.Embeds))
	}
	for i, w := range want {
		e := r.Embeds[i]
		at := e.Source.At(0, 1)
		if e.Language != w.language || string(e.Source.Text) != w.text || at.Line != w.line || at.Column != w.column {
			t.Errorf("got %s %q at %+v", e.Language, e.Source.Text, at)
		}
	}
}

func TestBlocksOfPythonAreOneProgram(t *testing.T) {
	r := checktest.Find(t, Finder{}, "a.md", "", "```python\nm = 'org/m'\n```\n```python\nf(\n```\n- x\n  ```py\n  load(m)\n  ```\n")
	var got []string
	for _, e := range r.Embeds {
		got = append(got, string(e.Source.Text))
	}
	if !slices.Equal(got, []string{"f(\n", "m = 'org/m'\nload(m)\n"}) {
		t.Fatalf("got %q", got)
	}
	if at := r.Embeds[1].Source.At(12, 16); at.Line != 9 || at.Column != 3 {
		t.Errorf("at %+v", at)
	}
}

func TestWants(t *testing.T) {
	if !(Finder{}).Wants("docs/a.mdx", nil) || (Finder{}).Wants("a.txt", nil) {
		t.Error("wants the wrong files")
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.md", "", file, "```\n```", "~~~sh\n>")
}
