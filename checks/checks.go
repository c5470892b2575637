// Package checks holds what a check is, and the lists of all of them: the whole
// extension model on one screen. A check is a pure function of the bytes it is given;
// adding one is a folder below and a line here.
package checks

import (
	"context"

	"github.com/modelgate/gate"
)

// Finder finds references to models, and loads, in text.
type Finder interface {
	Spec() gate.Spec
	// Wants tells by a file's path and first bytes whether Find is worth calling.
	Wants(path string, head []byte) bool
	Find(ctx context.Context, src *gate.Source, out gate.Recorder)
}

// Inspector reads an artifact of one format.
type Inspector interface {
	Spec() gate.Spec
	// Wants tells by a blob's path, head and tail whether Inspect is worth calling.
	Wants(b *gate.Blob) bool
	Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder)
}

// Auditor judges nothing either: it states what the files of one model, or a model and
// its registry, say of each other.
type Auditor interface {
	Spec() gate.Spec
	Audit(ctx context.Context, s *gate.Subject, out gate.Recorder)
}
