package torchzip

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/zipfile"
)

const (
	maxPickle  = 64 << 20 // of a compressed pickle, which is held in memory
	maxStreams = 1024
)

// pickle runs the streams of an entry if it is one of the pickles that torch loads.
func (c *checkpoint) pickle(e *zipfile.Entry) {
	if e.Missing || e.Dir() || !c.loaded(zipfile.Fold(e.Name)) || c.ctx.Err() != nil {
		return
	}
	c.taken[e] = true
	r, size, ok := c.data(e)
	if !ok {
		return
	}
	res := c.run(e, r, size)
	if res == nil {
		return
	}
	out := inner{c.out, c.inside(e)}
	pickle.Emit(res, out)
	out.Emit(pickle.KindWeightsOnly, gate.Location{}, res.WeightsOnly)
	c.embedded(e, r, res)
	c.tensors += len(res.Tensors)
	c.match(e, res)
	if !res.Grammar.OK {
		c.doubt(res.Grammar.Reason, res.Grammar.Offset)
	}
	switch {
	case len(res.Incomplete) > 0:
		c.unread(res.Incomplete[0].Reason)
	case res.Malformed != "":
		c.unread(fmt.Sprintf("pickle %q: %s", e.Name, res.Malformed))
	}
}

// loaded tells whether torch, or a package of torch, unpickles a record of this name.
func (c *checkpoint) loaded(name string) bool {
	base := path.Base(name)
	return base == "data.pkl" || base == "constants.pkl" || c.form == "package" && strings.HasSuffix(base, ".pkl")
}

// data opens a record for random access: in place, or in memory if it is compressed.
func (c *checkpoint) data(e *zipfile.Entry) (io.ReaderAt, int64, bool) {
	var r io.ReaderAt
	var size int64
	var cut bool
	handed := c.a.Hand(e, func(_ string, n int64, stream io.Reader) {
		if at, ok := stream.(*io.SectionReader); ok {
			r, size = at, n
			return
		}
		// What can be read of a damaged record has run by the time that torch fails.
		b, _ := io.ReadAll(io.LimitReader(stream, maxPickle+1))
		cut = len(b) > maxPickle
		r, size = bytes.NewReader(b), int64(len(b))
	})
	at := gate.Location{Offset: e.Header}
	c.rested(e, handed)
	switch {
	case cut:
		c.incomplete(e, "a pickle larger than the limit", "bytes")
	case handed.Anomaly != "":
		c.out.Emit(archive.KindAnomaly, at, archive.Anomaly{Name: e.Name, Problem: handed.Anomaly})
		c.doubt("a record is not what the archive says", e.Header)
	case errors.Is(handed.Err, zipfile.ErrMethod):
		c.incomplete(e, handed.Err.Error(), "")
	case errors.Is(handed.Err, zipfile.ErrEncrypted):
		c.incomplete(e, "is encrypted", "")
	case handed.Err != nil:
		reason := fmt.Sprintf("record %q: %v", e.Name, handed.Err)
		c.out.Emit(archive.KindMalformed, at, gate.Malformed{Reason: reason})
		c.unread(reason)
	}
	return r, size, r != nil
}

// run runs all streams of a pickle. Torch loads the first, but other readers of a file
// load one behind the other.
func (c *checkpoint) run(e *zipfile.Entry, r io.ReaderAt, size int64) *pickle.Result {
	cur := binary.NewCursor(r, 0, size)
	var all *pickle.Result
	for n := 0; n == 0 || cur.Remaining() > 0; n++ {
		if n == maxStreams {
			c.incomplete(e, "more streams than the limit", "entries")
			break
		}
		if n > 0 {
			head, _ := cur.Peek(int(min(cur.Remaining(), gate.HeadSize)))
			if !pickle.Sniff(head) {
				c.trailing(e, r, cur.Offset(), size)
				break
			}
			c.doubt("there is more than one pickle in a record", cur.Offset())
		}
		from := cur.Offset()
		res := pickle.Run(c.ctx, cur, pickle.Options{Lists: c.lists})
		if all == nil {
			all = res
		} else {
			all.Merge(res)
		}
		if !res.Stopped || cur.Offset() <= from {
			break
		}
	}
	return all
}

// trailing states and hands back bytes behind the last stream.
func (c *checkpoint) trailing(e *zipfile.Entry, r io.ReaderAt, from, size int64) {
	content := "unknown"
	if archive.Hollow(r, from, size) {
		content = "zeros"
	}
	inner{c.out, c.inside(e)}.Emit(pickle.KindTrailing, gate.Location{Offset: from}, pickle.Trailing{
		Where: "behind", Content: content, Size: size - from, Offset: from,
	})
	c.out.Emit(archive.KindUnread, gate.Location{Offset: e.Header}, archive.Unread{Name: e.Name, Reason: "trailing", Size: size - from})
	c.doubt("there are bytes behind a pickle", from)
	if content != "zeros" {
		c.out.Child(e.Name+"[suffix]", size-from, io.NewSectionReader(r, from, size-from))
	}
}

// embedded hands back the constants that a call loads as files.
func (c *checkpoint) embedded(e *zipfile.Entry, r io.ReaderAt, res *pickle.Result) {
	for _, x := range res.Embedded {
		name := fmt.Sprintf("%s[%d]", e.Name, x.Offset)
		if x.Data != nil {
			c.out.Child(name, int64(len(x.Data)), bytes.NewReader(x.Data))
		} else {
			c.out.Child(name, x.Size, io.NewSectionReader(r, x.Offset, x.Size))
		}
	}
}

// inner is a recorder for what is inside an entry.
type inner struct {
	gate.Recorder
	path string
}

// Emit implements gate.Recorder.
func (i inner) Emit(k gate.Kind, at gate.Location, data any) {
	at.Path = i.path
	i.Recorder.Emit(k, at, data)
}
