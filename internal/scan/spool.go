package scan

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// spool unpacks a child within the budgets of the outer file. With an error, what could
// be unpacked until then is returned too: a loader may stop there as well.
func (w *worker) spool(path string, r io.Reader) (*spool, error) {
	limits := w.s.opt.Limits
	left := limits.Inflated - w.inflated
	why, budget, limit := "unpacks to more than the limit", "bytes", limits.Inflated
	if byRatio := max(ratioFloor, w.outer.size*limits.Ratio) - w.inflated; byRatio < left {
		left, why, budget, limit = byRatio, "unpacks to many times its size", "ratio", limits.Ratio
	}
	sp, err := spoolInto(io.LimitReader(r, max(0, left)+1))
	if sp == nil {
		return nil, err
	}
	w.inflated += sp.size
	if sp.size > left {
		w.incomplete(path, why, budget, limit)
	}
	return sp, err
}

func spoolInto(r io.Reader) (*spool, error) {
	var buf bytes.Buffer
	n, err := io.CopyN(&buf, r, memorySpool)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return &spool{ReaderAt: bytes.NewReader(buf.Bytes()), size: n}, err
	}
	f, err := os.CreateTemp("", "gate-*")
	if err != nil {
		return nil, err
	}
	sp := &spool{ReaderAt: f, file: f}
	sp.size, err = io.Copy(f, io.MultiReader(&buf, r))
	return sp, err
}
