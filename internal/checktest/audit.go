package checktest

import (
	"bytes"
	"context"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modeltest"
)

// Auditor is checks.Auditor.
type Auditor interface {
	Spec() gate.Spec
	Audit(ctx context.Context, s *gate.Subject, out gate.Recorder)
}

// Audit runs an auditor over a subject as Inspect does.
func Audit(t testing.TB, a Auditor, s *gate.Subject) *Record {
	t.Helper()
	run := func() *Record {
		r := &Record{}
		a.Audit(context.Background(), s, r)
		return r
	}
	r := run()
	same(t, r, run())
	declared(t, a.Spec(), r)
	return r
}

// Subject is a local model of some files.
func Subject(files ...modeltest.Entry) *gate.Subject {
	s := &gate.Subject{Dir: "."}
	for _, f := range files {
		s.Blobs = append(s.Blobs, gate.NewBlob(f.Name, int64(len(f.Data)), bytes.NewReader(f.Data)))
	}
	return s
}

// Benign holds that an auditor states nothing of models of the layouts that are most used,
// whether their files are local or those of a registry.
func Benign(t *testing.T, a Auditor) {
	t.Helper()
	for _, layout := range modeltest.Layouts() {
		for _, ranged := range []bool{false, true} {
			s := Subject(layout.Files...)
			for _, b := range s.Blobs {
				b.Ranged = ranged
			}
			if r := Audit(t, a, s); len(r.Evidence) > 0 {
				t.Errorf("%s: %s", layout.Name, JSON(r.Evidence))
			}
		}
	}
}

// FuzzAudit fuzzes a file of a model beside others that stay as they are: no panic, and the
// same facts twice.
func FuzzAudit(f *testing.F, a Auditor, name string, beside []modeltest.Entry, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		Audit(t, a, Subject(append([]modeltest.Entry{{Name: name, Data: data}}, beside...)...))
	})
}
