package sourcefile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/splice"
	"github.com/modelgate/gate/internal/tokens"
)

// record keeps what is stated, a line each.
type record struct {
	gate.Recorder
	lines []string
}

func (r *record) Emit(k gate.Kind, at gate.Location, data any) {
	r.lines = append(r.lines, fmt.Sprintf("%s %d: %+v", k, at.Line, data))
}

func (r *record) Reference(ref gate.Reference) {
	r.lines = append(r.lines, fmt.Sprintf("%s %s %s %t", ref.Finder, ref.Model, ref.Context, ref.Immutable))
}

func (r *record) Embed(language string, text []byte, at gate.PositionMap) {
	r.lines = append(r.lines, fmt.Sprintf("%s %q %d", language, text, at.Outer(0)))
}

func file(path, text string) (File, *record) {
	r := &record{}
	return File{Finder: "go", Src: gate.NewSource(path, []byte(text)), Out: r}, r
}

func (r *record) want(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(r.lines, "\n"); got != want {
		t.Errorf("stated %q, not %q", got, want)
	}
}

func TestFits(t *testing.T) {
	f, r := file("a.go", "1234")
	if !f.Fits(4) {
		t.Error("a text of the greatest length does not fit")
	}
	r.want(t, "")
	if f.Fits(3) {
		t.Error("a text that is too long fits")
	}
	r.want(t, "scan.incomplete 1: {Reason:the file is longer than what is read Budget:bytes Limit:3}")
}

func TestTokens(t *testing.T) {
	f, r := file("a.go", `f("x")`)
	if list, ok := f.Tokens(tokens.Go); len(list) != 4 || !ok {
		t.Errorf("got %v, %v", list, ok)
	}
	r.want(t, "")

	f, r = file("a.go", strings.Repeat(" ", maxCode+1))
	if list, ok := f.Tokens(tokens.Go); list != nil || ok {
		t.Error("read a file that is too long")
	}
	r.want(t, "scan.incomplete 1: {Reason:the file is longer than what is read Budget:bytes Limit:4194304}")

	f, r = file("a.go", strings.Repeat(",", tokens.Max+1))
	if list, ok := f.Tokens(tokens.Go); len(list) != tokens.Max || !ok {
		t.Errorf("got %d tokens, %v", len(list), ok)
	}
	r.want(t, "scan.incomplete 1: {Reason:the file has more tokens than are read Budget:entries Limit:1048576}")
}

func TestState(t *testing.T) {
	commit := strings.Repeat("a", 40)
	f, r := file("docs/a.md", "")
	f.State(gate.Reference{Model: gate.ModelID{Source: "hf", Namespace: "o", Name: "n", Revision: commit}, Resolution: gate.Literal})
	f.State(gate.Reference{Model: gate.ModelID{Source: "hf", Namespace: "o", Name: "n"}, Resolution: gate.Literal})
	f.State(gate.Reference{Args: map[string]string{"sha256": strings.Repeat("a", 64)}, Resolution: gate.Dynamic})
	r.want(t, "go o/n@"+commit+" doc true\ngo o/n doc false\ngo  doc false")
}

func TestEmbed(t *testing.T) {
	f, r := file("a.go", "")
	f.Embed("shell", splice.Text{})
	f.Embed("shell", splice.Plain("ls", 7))
	r.want(t, `shell "ls" 7`)
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		text  string
		words []string
		want  bool
	}{
		{"a model", []string{"llm", "model"}, true},
		{"a Model", []string{"llm", "model"}, false},
		{"a model", nil, false},
	} {
		if got := Mentions([]byte(c.text), c.words...); got != c.want {
			t.Errorf("%q mentions %q: %v", c.text, c.words, got)
		}
	}
}

func TestLines(t *testing.T) {
	var got []string
	for at, line := range Lines("a\r\n\nb") {
		got = append(got, fmt.Sprintf("%d %q", at, line))
	}
	if want := `0 "a\r\n", 3 "\n", 4 "b"`; strings.Join(got, ", ") != want {
		t.Errorf("got %s, not %s", strings.Join(got, ", "), want)
	}
	for range Lines("a\nb") {
		break
	}
}
