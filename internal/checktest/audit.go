package checktest

import (
	"context"
	"testing"

	"github.com/modelgate/gate"
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
