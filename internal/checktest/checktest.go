// Package checktest runs checks in tests: it records what they state, holds them to
// their Spec, to determinism and to the invariants of untrusted input, and compares
// with golden files.
package checktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

// Inspector is checks.Inspector, declared here since a check may not import the lists.
type Inspector interface {
	Spec() gate.Spec
	Wants(b *gate.Blob) bool
	Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder)
}

// Finder is checks.Finder.
type Finder interface {
	Spec() gate.Spec
	Wants(path string, head []byte) bool
	Find(ctx context.Context, src *gate.Source, out gate.Recorder)
}

// Child is a file that a check handed back.
type Child struct {
	Name string
	Size int64
	Data []byte
}

// Embedded is text that a check handed back.
type Embedded struct {
	Language string
	Source   *gate.Source
}

// Record is a gate.Recorder that keeps everything.
type Record struct {
	References []gate.Reference
	Bindings   []gate.Binding
	Evidence   []gate.Evidence
	Children   []Child
	Embeds     []Embedded
	FormatName string
	State      gate.State
	Reason     string

	src *gate.Source
}

// Reference implements gate.Recorder.
func (r *Record) Reference(ref gate.Reference) { r.References = append(r.References, ref) }

// Bind implements gate.Recorder.
func (r *Record) Bind(b gate.Binding) { r.Bindings = append(r.Bindings, b) }

// Emit implements gate.Recorder.
func (r *Record) Emit(k gate.Kind, at gate.Location, data any) {
	r.Evidence = append(r.Evidence, gate.Evidence{Kind: k, At: at, Data: data})
}

// Format implements gate.Recorder.
func (r *Record) Format(name string, state gate.State, reason string) {
	r.FormatName, r.State, r.Reason = name, state, reason
}

// Child implements gate.Recorder. It keeps at most 16 MiB of each child.
func (r *Record) Child(name string, size int64, rd io.Reader) {
	data, _ := io.ReadAll(io.LimitReader(rd, 16<<20))
	r.Children = append(r.Children, Child{name, size, data})
}

// Embed implements gate.Recorder.
func (r *Record) Embed(language string, text []byte, at gate.PositionMap) {
	r.Embeds = append(r.Embeds, Embedded{language, r.src.Embedded(language, text, at)})
}

// Kinds lists the kinds that were stated, in order, without repetition.
func (r *Record) Kinds() []gate.Kind {
	var kinds []gate.Kind
	seen := map[gate.Kind]bool{}
	for _, e := range r.Evidence {
		if !seen[e.Kind] {
			seen[e.Kind] = true
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// Of returns the data of all evidence of a kind.
func Of[T any](r *Record, k gate.Kind) []T {
	var out []T
	for _, e := range r.Evidence {
		if d, ok := e.Data.(T); ok && e.Kind == k {
			out = append(out, d)
		}
	}
	return out
}

// Inspect runs an inspector over data twice and fails the test where the two runs
// differ or a kind is stated that the Spec does not declare.
func Inspect(t testing.TB, i Inspector, path string, data []byte) *Record {
	t.Helper()
	run := func() *Record {
		r := &Record{}
		i.Inspect(context.Background(), gate.NewBlob(path, int64(len(data)), bytes.NewReader(data)), r)
		return r
	}
	r := run()
	same(t, r, run())
	declared(t, i.Spec(), r)
	return r
}

// Wants tells whether an inspector wants data under a path.
func Wants(i Inspector, path string, data []byte) bool {
	return i.Wants(gate.NewBlob(path, int64(len(data)), bytes.NewReader(data)))
}

// Find runs a finder over text as Inspect does. The language is empty for a file.
func Find(t testing.TB, f Finder, path, language, text string) *Record {
	t.Helper()
	run := func() *Record {
		src := gate.NewSource(path, []byte(text))
		src.Language = language
		r := &Record{src: src}
		f.Find(context.Background(), src, r)
		return r
	}
	r := run()
	again := run()
	same(t, &Record{References: r.References, Bindings: r.Bindings, Evidence: r.Evidence},
		&Record{References: again.References, Bindings: again.Bindings, Evidence: again.Evidence})
	declared(t, f.Spec(), r)
	return r
}

func same(t testing.TB, a, b *Record) {
	t.Helper()
	if !reflect.DeepEqual(a, b) {
		t.Errorf("two runs over the same bytes differ:\n%s\n%s", JSON(a), JSON(b))
	}
}

func declared(t testing.TB, s gate.Spec, r *Record) {
	t.Helper()
	for _, e := range r.Evidence {
		want, ok := s.Emits[e.Kind]
		if !ok {
			t.Errorf("%s states %q, which its Spec does not declare", s.Name, e.Kind)
		} else if reflect.TypeOf(want) != reflect.TypeOf(e.Data) {
			t.Errorf("%s states %q with %T; its Spec says %T", s.Name, e.Kind, e.Data, want)
		}
	}
	if r.State == gate.Unread && r.Reason == "" {
		t.Errorf("%s says %q is unread without a reason", s.Name, r.FormatName)
	}
}

// FuzzInspect fuzzes an inspector: no panic, the same evidence twice, and never
// silence about a blob that it wanted and could not place in its format.
func FuzzInspect(f *testing.F, i Inspector, path string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !Wants(i, path, data) {
			return
		}
		r := Inspect(t, i, path, data)
		if len(r.Evidence) == 0 && r.FormatName == "" && len(r.Children) == 0 {
			t.Errorf("%s wanted %d bytes and said nothing about them", i.Spec().Name, len(data))
		}
	})
}

// FuzzFind fuzzes a finder: no panic, the same twice, every place inside the text.
func FuzzFind(f *testing.F, fd Finder, path, language string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := Find(t, fd, path, language, text)
		lines := strings.Count(text, "\n") + 1
		for _, ref := range r.References {
			if ref.At.Line < 1 || ref.At.Line > lines {
				t.Errorf("reference at line %d of %d", ref.At.Line, lines)
			}
		}
	})
}

// JSON renders a value for a failure message or a golden file.
func JSON(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Sprintf("%+v (%v)", v, err)
	}
	return string(b)
}
