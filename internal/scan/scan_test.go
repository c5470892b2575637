package scan

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

// box is a container for tests: "box\n" and then lines "name content", where the content
// may be a box again with ";" for its newlines.
type box struct{}

func (box) Spec() gate.Spec { return gate.Spec{Name: "zip"} }

func (box) Wants(b *gate.Blob) bool { return bytes.HasPrefix(b.Head(), []byte("box\n")) }

func (box) Inspect(_ context.Context, b *gate.Blob, out gate.Recorder) {
	text, _ := io.ReadAll(b.Section())
	out.Format("zip", gate.Verified, "")
	for line := range strings.Lines(string(text[4:])) {
		name, content, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case content == "bomb":
			out.Child(name, -1, zeros{})
		case content == "panic":
			panic("a defect")
		case strings.HasPrefix(name, "claim"):
			out.Format("pickle", gate.Unread, "because")
		default:
			inner := strings.ReplaceAll(content, ";", "\n")
			out.Child(name, int64(len(inner)), strings.NewReader(inner))
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// words finds the word after "use " in any text, and hands back what stands in <...>.
type words struct{}

func (words) Spec() gate.Spec { return gate.Spec{Name: "words"} }

func (words) Wants(path string, _ []byte) bool { return strings.HasSuffix(path, ".src") }

func (words) Find(_ context.Context, src *gate.Source, out gate.Recorder) {
	text := string(src.Text)
	if i := strings.Index(text, "use "); i >= 0 {
		end := i + 4 + strings.IndexAny(text[i+4:]+" ", " \n>")
		out.Reference(gate.Reference{Model: gate.ModelID{Source: "hf", Name: text[i+4 : end]}, At: src.At(i+4, end)})
	}
	if i, j := strings.Index(text, "<"), strings.LastIndex(text, ">"); i >= 0 && j > i {
		out.Embed("words", src.Text[i+1:j], gate.Shifted(i+1))
	}
}

func tree(t *testing.T, fsys fstest.MapFS, limits Limits, models bool) *Result {
	t.Helper()
	opt := Options{Finders: []checks.Finder{words{}}, Inspectors: []checks.Inspector{box{}}, Limits: limits, Models: models}
	r, err := Tree(context.Background(), fsys, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func files(m map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range m {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func incompletes(r *Result) []string {
	var out []string
	for _, e := range r.Evidence {
		if d, ok := e.Data.(gate.Incomplete); ok {
			out = append(out, e.At.Path+": "+d.Reason)
		}
	}
	return out
}

func TestWhatIsInsideIsInspected(t *testing.T) {
	r := tree(t, files(map[string]string{"m.zip": "box\na box;b box;c deep\nd plain\n"}), Limits{}, true)
	var paths []string
	for _, f := range r.Files {
		paths = append(paths, f.Path)
	}
	want := []string{"m.zip", "m.zip!a", "m.zip!a!b", "m.zip!a!c", "m.zip!d"}
	if !reflect.DeepEqual(paths, want) {
		t.Errorf("inspected %q, want %q", paths, want)
	}
	if f := r.Files[0]; f.Format != "zip" || f.State != gate.Unproven {
		t.Errorf("the outer file is %q %q: a verified container of unproven text is unproven", f.Format, f.State)
	}
}

func TestPlacesOfEmbeddedText(t *testing.T) {
	r := tree(t, files(map[string]string{"a.src": "one\n  <two\n<use deep>>\n"}), Limits{}, false)
	if len(r.References) == 0 {
		t.Fatal("nothing found")
	}
	for _, ref := range r.References {
		if ref.Model.Name != "deep" || ref.At.Line != 3 || ref.At.Column != 6 || ref.Finder != "words" {
			t.Errorf("found %+v", ref)
		}
	}
}

func TestBudgets(t *testing.T) {
	tests := []struct {
		name, text string
		limits     Limits
		want       string
	}{
		{"entries", "box\n" + strings.Repeat("a b\n", 50), Limits{Children: 10}, "has more inside than the limit"},
		{"inflated", "box\na bomb\n", Limits{Inflated: 1 << 20}, "unpacks to more than the limit"},
		{"ratio", "box\na bomb\n", Limits{Ratio: 10}, "unpacks to many times its size"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := tree(t, files(map[string]string{"m.zip": tt.text}), tt.limits, true)
			got := incompletes(r)
			if len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("stated %q, want one %q", got, tt.want)
			}
		})
	}
}

func TestDepth(t *testing.T) {
	r := tree(t, files(map[string]string{"m.zip": "box\na box;b x\n"}), Limits{Depth: 1}, true)
	if got := incompletes(r); len(got) != 1 || !strings.Contains(got[0], "1 deep") {
		t.Errorf("stated %q", got)
	}
	if r.Files[0].State == gate.Verified || r.Files[1].State != gate.Unread {
		t.Errorf("states %+v", r.Files)
	}
	src := tree(t, files(map[string]string{"a.src": strings.Repeat("<", 30) + "use x" + strings.Repeat(">", 30)}), Limits{}, false)
	if got := incompletes(src); len(got) != 1 || !strings.Contains(got[0], "8 deep") {
		t.Errorf("nested text stated %q", got)
	}
}

func TestADefectOfACheckIsUnfinishedWork(t *testing.T) {
	r := tree(t, files(map[string]string{"m.zip": "box\na panic\n"}), Limits{}, true)
	if got := incompletes(r); len(got) != 1 || !strings.Contains(got[0], "a defect") {
		t.Errorf("stated %q", got)
	}
	if r.Files[0].State != gate.Unread {
		t.Errorf("state is %q", r.Files[0].State)
	}
}

func TestSourcesOverTheLimitAreStated(t *testing.T) {
	r := tree(t, files(map[string]string{"a.src": "use x and more"}), Limits{SourceSize: 5}, false)
	if got := incompletes(r); len(got) != 1 || len(r.References) != 0 {
		t.Errorf("stated %q, references %v", got, r.References)
	}
}

func TestTimeIsBounded(t *testing.T) {
	r := tree(t, files(map[string]string{"m.zip": "box\na b\n"}), Limits{FileTime: time.Nanosecond}, true)
	if got := incompletes(r); len(got) != 1 || !strings.Contains(got[0], "took longer") {
		t.Errorf("stated %q", got)
	}
}

func TestContentDecides(t *testing.T) {
	r := tree(t, files(map[string]string{
		"fine.zip": "box\n", "lie.safetensors": "box\n", "page.pt": "<!DOCTYPE html>", "empty.onnx": "", "notes.txt": "hello",
		"large.onnx": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
	}), Limits{}, true)
	got := map[string]string{}
	for _, e := range r.Evidence {
		if d, ok := e.Data.(Mismatch); ok {
			got[e.At.Path] = d.Content
		}
	}
	want := map[string]string{"lie.safetensors": "zip", "page.pt": "html", "empty.onnx": "empty"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("mismatches %v, want %v", got, want)
	}
	if got := incompletes(r); len(got) != 1 || !strings.Contains(got[0], "large.onnx: is a Git LFS pointer") {
		t.Errorf("stated %q", got)
	}
}

func TestRepositoryOwnTextIsNoArtifact(t *testing.T) {
	r := tree(t, files(map[string]string{
		"tool/main.py": "print()", "tool/saved.pt": "box\n", "model/weights.pt": "box\n", "model/config.json": "{}",
		"model/code.py": "print()", "logo.png": "\x89PNG\r\n\x1a\n\x00",
	}), Limits{}, false)
	var paths []string
	for _, f := range r.Files {
		paths = append(paths, f.Path)
	}
	if want := []string{"model/code.py", "model/config.json", "model/weights.pt", "tool/saved.pt"}; !reflect.DeepEqual(paths, want) {
		t.Errorf("inspected %q, want %q", paths, want)
	}
}

func TestAFileIsNoEntryOfAnother(t *testing.T) {
	r := tree(t, files(map[string]string{"m.pt": "box\na!b x\n", "m.pt!a": "box\n"}), Limits{}, true)
	var paths []string
	for _, f := range r.Files {
		paths = append(paths, f.Path)
	}
	if want := []string{"m.pt", "m.pt!a%21b", "m.pt%21a"}; !reflect.DeepEqual(paths, want) {
		t.Errorf("inspected %q, want %q", paths, want)
	}
}

func TestAnUnreadClaimDoesNotName(t *testing.T) {
	claims := []claim{{"safetensors", gate.Unread, "no header"}, {"pickle", gate.Verified, ""}}
	blob := gate.NewBlob("m.safetensors", 0, strings.NewReader(""))
	format, state, why := judge(claims, blob)
	if format != "pickle" || state != gate.Unread || why != "no header" {
		t.Errorf("judged %q %q %q", format, state, why)
	}
	if _, _, ok := mismatch(&gate.File{Format: format}, claims, blob); !ok {
		t.Error("a pickle that is named safetensors is no mismatch")
	}
}

func TestInstalledPackagesAreNotSearched(t *testing.T) {
	const home = "home = /usr/bin\n"
	m := map[string]string{
		"a.src":           "use own",
		"venv/pyvenv.cfg": home, "venv/lib/python3.12/site-packages/x/b.src": "use b", "venv/bin/c.src": "use c",
		"win/pyvenv.cfg": "include-system-site-packages = false\nhome = C:\\Python\n", "win/Lib/site-packages/d.src": "use d",
		"empty/pyvenv.cfg": "", "empty/lib/python3.12/site-packages/e.src": "use e",
		"src/pyvenv.cfg": home, "src/f.src": "use f", "src/site-packages/g.src": "use g",
		"node_modules/x/h.src": "use h", "node_modules/y/i.src": "use i", ".git/j.src": "use j",
	}
	r, err := Tree(context.Background(), files(m), Options{
		Finders: []checks.Finder{words{}}, Own: func(p string) bool { return p == "node_modules/y/i.src" },
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ref := range r.References {
		got = append(got, ref.Model.Name)
	}
	slices.Sort(got)
	if want := []string{"c", "e", "f", "g", "i", "own"}; !reflect.DeepEqual(got, want) {
		t.Errorf("references %q, want %q", got, want)
	}
	if want := []string{"node_modules", "venv/lib/python3.12/site-packages", "win/Lib/site-packages"}; !reflect.DeepEqual(r.Foreign, want) {
		t.Errorf("foreign %q, want %q", r.Foreign, want)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	dir, secret := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(secret, "s.src"), []byte("use secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"out": secret, "model.pt": filepath.Join(secret, "s.src"), "loop": ".", "in.src": "real.src"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "real.src"), []byte("use real"), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	r, err := Tree(context.Background(), root.FS(), Options{Finders: []checks.Finder{words{}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.References) != 1 || r.References[0].Model.Name != "real" {
		t.Errorf("references %+v", r.References)
	}
	got := map[string]bool{}
	for _, e := range r.Evidence {
		if d, ok := e.Data.(Symlink); ok {
			got[fmt.Sprint(e.At.Path, " outside ", d.Outside, " weights ", d.Weights)] = true
		}
	}
	for _, want := range []string{"out outside true weights false", "model.pt outside true weights true", "loop outside false weights false", "in.src outside false weights false"} {
		if !got[want] {
			t.Errorf("no link %q in %v", want, got)
		}
	}
}

func TestResultDoesNotDependOnTheOrderOfWork(t *testing.T) {
	m := map[string]string{}
	for i := range 200 {
		m[fmt.Sprintf("d%d/f%d.src", i%7, i)] = fmt.Sprintf("use m%d", i)
		m[fmt.Sprintf("d%d/f%d.zip", i%7, i)] = "box\na b\n"
	}
	first := tree(t, files(m), Limits{}, false)
	for range 5 {
		if again := tree(t, files(m), Limits{}, false); !reflect.DeepEqual(first, again) {
			t.Fatal("two scans of one tree differ")
		}
	}
}

func TestCancelledScanIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Tree(ctx, files(map[string]string{"a.src": "x"}), Options{}); err == nil {
		t.Error("no error")
	}
}
