// Package outcome states how far a file was read, alike for all formats: what is too
// long, cut short or broken, and work that was not finished, never passes in silence.
package outcome

import (
	"context"
	"errors"
	"io"

	"github.com/modelgate/gate"
)

// File is a file of a format.
type File struct {
	Out       gate.Recorder
	Format    string    // by which the report knows it: "keras"
	Malformed gate.Kind // what is stated of one that is broken: "keras.malformed"
	Name      string    // what messages call it: "the graph"
}

// Limit is a bound of a reader: its error, and the budget that is spent then.
type Limit struct {
	Err    error
	Budget string
	Max    int64
}

// Read reads a blob of at most limit bytes whole, or states that it could not.
func (f File) Read(b *gate.Blob, limit int64) ([]byte, bool) {
	if b.Size > limit {
		f.Unread(gate.Location{}, gate.Incomplete{Reason: f.Name + " is longer than is read", Budget: "bytes", Limit: limit})
		return nil, false
	}
	text, err := io.ReadAll(b.Section())
	if err != nil || int64(len(text)) < b.Size {
		f.Unread(gate.Location{}, gate.Incomplete{Reason: f.Name + " could not be read"})
		return nil, false
	}
	return text, true
}

// Unread states that the file was not read to its end.
func (f File) Unread(at gate.Location, why gate.Incomplete) {
	f.Out.Emit(gate.KindIncomplete, at, why)
	f.Out.Format(f.Format, gate.Unread, why.Reason)
}

// Failed states what ended the reading before the end of the file, and tells whether
// anything did: the end of the time, a limit of the reader, or an error of the file.
func (f File) Failed(ctx context.Context, at gate.Location, err error, limit Limit) bool {
	switch {
	case ctx.Err() != nil:
		f.Unread(at, gate.Incomplete{Reason: "reading " + f.Name + ": " + ctx.Err().Error(), Budget: "time"})
	case err == nil:
		return false
	case errors.Is(err, limit.Err):
		f.Unread(at, gate.Incomplete{Reason: err.Error(), Budget: limit.Budget, Limit: limit.Max})
	default:
		f.Out.Emit(f.Malformed, at, gate.Malformed{Reason: err.Error()})
		f.Out.Format(f.Format, gate.Unread, err.Error())
	}
	return true
}
