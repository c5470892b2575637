// Package torchtar reads the checkpoints that torch wrote before 0.1.10: a tar archive
// with the members sys_info, storages, tensors and pickle. All but the raw numbers of
// the storages are pickles, and torch.load still runs them.
//
// The format: _legacy_load in https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
package torchtar

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/tarfile"
)

// Inspector reads checkpoints in tar archives.
type Inspector struct{}

// KindMalformed says that a member is not as torch wrote it.
const KindMalformed gate.Kind = "torchtar.malformed"

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	emits := pickle.Kinds()
	emits[KindMalformed] = gate.Malformed{}
	return gate.Spec{
		Name:  "torchtar",
		Doc:   "PyTorch checkpoints in tar archives: what their pickles run.",
		Emits: emits,
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	if !tarfile.Sniff(b.Head()) {
		return false
	}
	a, err := tarfile.Read(context.Background(), b, b.Size)
	return err == nil && a.Torch()
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	a, err := tarfile.Read(ctx, b, b.Size)
	if err != nil || !a.Torch() {
		if ctx.Err() != nil {
			out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: "reading the archive: " + err.Error(), Budget: "time"})
			out.Format("torchtar", gate.Unread, err.Error())
		}
		return
	}
	state, reason := gate.Unproven, ""
	for i := range a.Members {
		m := &a.Members[i]
		if !m.Regular() {
			continue
		}
		r, err := a.Open(m)
		at, ok := r.(*io.SectionReader)
		if err != nil || !ok || !known[strings.TrimPrefix(m.Name, "./")] {
			if err == nil {
				out.Child(m.Name, -1, r)
			}
			continue
		}
		if why := newMember(ctx, b.Path, m, at, out).read(); why != "" {
			state, reason = gate.Unread, why
		}
	}
	out.Format("torchtar", state, reason)
}

var known = map[string]bool{"sys_info": true, "storages": true, "tensors": true, "pickle": true}

// member is the inspection of one member.
type member struct {
	ctx  context.Context
	name string
	at   gate.Location
	r    *io.SectionReader
	c    *binary.Cursor
	out  gate.Recorder
	all  *pickle.Result
	last *pickle.Result
}

func newMember(ctx context.Context, path string, m *tarfile.Member, r *io.SectionReader, out gate.Recorder) *member {
	return &member{
		ctx: ctx, name: strings.TrimPrefix(m.Name, "./"), at: gate.Location{Path: path + "!" + m.Name},
		r: r, c: binary.NewCursor(r, 0, r.Size()), out: out,
	}
}

// read runs the pickles of the member, hands back what is left, and returns why it was
// not understood.
func (m *member) read() string {
	err := m.layout()
	reason := ""
	if m.all != nil {
		if len(m.all.Incomplete) > 0 {
			reason = m.all.Incomplete[0].Reason
		}
		m.forget()
		pickle.Emit(m.all, inside{m.out, m.at.Path})
	}
	if err != nil {
		at := m.at
		at.Offset = m.c.Offset()
		reason = fmt.Sprintf("%s: %v", m.name, err)
		m.out.Emit(KindMalformed, at, gate.Malformed{Reason: reason})
	}
	if left := m.c.Remaining(); left > 0 {
		m.out.Child(m.name+"[suffix]", left, io.NewSectionReader(m.r, m.c.Offset(), left))
	}
	return reason
}

// forget drops the persistent ids that the loader takes from its own table.
func (m *member) forget() {
	var others []pickle.PersistentID
	for _, p := range m.all.Persistent {
		if p.Class != "unknown" || strings.Trim(p.Text, "'\"0123456789") != "" {
			others = append(others, p)
		}
	}
	m.all.Persistent = others
}

// layout reads the member as torch does.
func (m *member) layout() error {
	switch m.name {
	case "storages":
		return m.storages()
	case "tensors":
		return m.each(m.tensor)
	default:
		if !m.run() {
			return fmt.Errorf("%s", m.all.Malformed)
		}
		return nil
	}
}

// run runs the next stream.
func (m *member) run() bool {
	m.last = pickle.Run(m.ctx, m.c, pickle.Options{})
	if m.all == nil {
		m.all = m.last
	} else {
		m.all.Merge(m.last)
	}
	return m.last.Stopped
}

// each reads a number in a pickle and then as many items.
func (m *member) each(item func() error) error {
	if !m.run() {
		return fmt.Errorf("no number: %s", m.last.Malformed)
	}
	if m.last.Top.Kind != "int" || m.last.Top.Int < 0 {
		return fmt.Errorf("the number is %s", m.last.Top.Text)
	}
	for n := m.last.Top.Int; n > 0; n-- {
		if err := m.ctx.Err(); err != nil {
			return err
		}
		if !m.run() {
			return fmt.Errorf("an item is missing: %s", m.last.Malformed)
		}
		if len(m.last.Top.Items) != 3 {
			return fmt.Errorf("an item is %s", m.last.Top.Text)
		}
		if err := item(); err != nil {
			return err
		}
	}
	return nil
}

// storages are (key, location, type), the number of elements, and the elements; behind
// them are the views.
func (m *member) storages() error {
	if err := m.each(m.storage); err != nil {
		return err
	}
	if !m.run() {
		return fmt.Errorf("no views: %s", m.last.Malformed)
	}
	return nil
}

func (m *member) storage() error {
	size, kind := itemsize(m.last.Imports)
	n, err := m.c.Uint64()
	if err != nil {
		return err
	}
	if size == 0 {
		return fmt.Errorf("a storage of type %q", kind)
	}
	if n > math.MaxInt64/uint64(size) {
		return fmt.Errorf("a storage of %d elements", n)
	}
	return m.c.Skip(int64(n) * size)
}

// itemsize is the size of an element of the storage class that a stream names.
func itemsize(named []pickle.Import) (size int64, class string) {
	if len(named) != 1 {
		return 0, ""
	}
	class = named[0].Module + "." + named[0].Name
	if _, e, _ := pickle.DefaultLists().Classify(named[0].Module, named[0].Name); e != nil {
		text, _ := strings.CutPrefix(e.Product, "storage:")
		size, _ = strconv.ParseInt(text, 10, 64)
	}
	return size, class
}

// tensor is (key, storage, type), the number of dimensions, sizes, strides and offset.
func (m *member) tensor() error {
	n, err := m.c.Uint32()
	if err != nil {
		return err
	}
	return m.c.Skip(4 + 16*int64(n) + 8)
}

// inside is a recorder for what is inside a member.
type inside struct {
	gate.Recorder
	path string
}

// Emit implements gate.Recorder.
func (i inside) Emit(k gate.Kind, at gate.Location, data any) {
	at.Path = i.path
	i.Recorder.Emit(k, at, data)
}
