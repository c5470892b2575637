package torchtar

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/magic"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/tarfile"
	"github.com/modelgate/gate/internal/zipfile"
)

const (
	maxDims = 64 // what torch takes
	sniffed = 4 << 10
)

// member is the inspection of one member.
type member struct {
	*checkpoint
	ctx  context.Context
	name string
	at   gate.Location
	r    *io.SectionReader
	c    *binary.Cursor
	all  *pickle.Result // of all streams
	last *pickle.Result
}

func newMember(ctx context.Context, path string, m *tarfile.Member, r *io.SectionReader, c *checkpoint) *member {
	return &member{
		checkpoint: c, ctx: ctx, name: plain(m.Name), at: gate.Location{Path: path + "!" + m.Name},
		r: r, c: binary.NewCursor(r, 0, r.Size()),
	}
}

// read runs the pickles of the member and hands back what is left.
func (m *member) read() {
	err := m.layout()
	if m.all != nil {
		if len(m.all.Incomplete) > 0 {
			m.broken = m.all.Incomplete[0].Reason
		}
		if !m.all.Grammar.OK {
			m.doubt("%s: %s", m.name, m.all.Grammar.Reason)
		}
		m.resolve()
		pickle.Emit(m.all, inside{m.out, m.at.Path})
	}
	if err != nil {
		at := m.at
		at.Offset = m.c.Offset()
		m.broken = fmt.Sprintf("%s: %v", m.name, err)
		m.out.Emit(KindMalformed, at, gate.Malformed{Reason: m.broken})
	}
	if left := m.c.Remaining(); left > 0 {
		m.doubt("%s: there are %d bytes behind it", m.name, left)
		m.out.Child(m.name+"[suffix]", left, io.NewSectionReader(m.r, m.c.Offset(), left))
	}
}

// resolve drops the persistent ids that the loader finds in its own table.
func (m *member) resolve() {
	var others []pickle.PersistentID
	for _, p := range m.all.Persistent {
		switch {
		case p.Class != "number":
			others = append(others, p)
		case m.storages[p.Key] == nil && !m.tensors[p.Key]:
			m.problem(p.Offset, Storage{Key: p.Key, Problem: "missing"})
		default:
			m.used[p.Key] = true
		}
	}
	m.all.Persistent = others
}

func (m *member) problem(offset int64, s Storage) {
	m.doubt("storage %s: %s", s.Key, s.Problem)
	at := m.at
	at.Offset = offset
	m.out.Emit(kindStorage, at, s)
}

// layout reads the member as torch does.
func (m *member) layout() error {
	switch m.name {
	case "storages":
		return m.readStorages()
	case "tensors":
		return m.each(m.tensor)
	default:
		if !m.run() {
			return errors.New(m.all.Malformed)
		}
		return nil
	}
}

// run runs the next stream.
func (m *member) run() bool {
	m.last = pickle.Run(m.ctx, m.c, pickle.Options{Numbered: m.name == "pickle"})
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

// readStorages reads (key, location, type), the number of elements, and the elements, for
// each storage; behind them are the views.
func (m *member) readStorages() error {
	if err := m.each(m.storage); err != nil {
		return err
	}
	if !m.run() {
		return fmt.Errorf("no views: %s", m.last.Malformed)
	}
	views := m.last.Top
	if views.Kind != "list" {
		return fmt.Errorf("the views are %s", views.Text)
	}
	if kept := int64(len(views.Items)); kept != views.Len {
		m.all.Incomplete = append(m.all.Incomplete, gate.Incomplete{Reason: "torch: more views than are read", Budget: "entries", Limit: kept})
	}
	for _, v := range views.Items {
		m.view(v.Items)
	}
	return nil
}

func (m *member) storage() error {
	item := m.last.Top.Items
	size, class := itemsize(m.last.Imports)
	n, err := m.c.Uint64()
	if err != nil {
		return err
	}
	if size == 0 {
		return fmt.Errorf("a storage of type %q", class)
	}
	if n > math.MaxInt64/uint64(size) {
		return fmt.Errorf("a storage of %d elements", n)
	}
	if item[1].Kind != "str" || !pickle.IsDevice(item[1].Str) || item[2].Kind != "global" {
		m.doubt("a storage at %q of type %s", item[1].Str, class)
	}
	m.add(item[0], &storage{class: class, itemsize: size, numel: int64(n)})
	from := m.c.Offset()
	if err := m.c.Skip(int64(n) * size); err != nil {
		return err
	}
	m.sniff(from, int64(n)*size)
	return nil
}

// add notes a storage by its key.
func (m *member) add(key pickle.Value, s *storage) {
	k, ok := number(key)
	if !ok || m.storages[k] != nil {
		m.doubt("the key of a storage is %s %s", key.Kind, k)
		return
	}
	m.storages[k] = s
}

// number is the text of a key, which is an int.
func number(v pickle.Value) (string, bool) {
	switch {
	case v.Kind != "int":
		return "", false
	case v.Str != "":
		return v.Str, true
	default:
		return strconv.FormatInt(v.Int, 10), v.Int >= 0
	}
}

// view is (key, key of the storage, offset, number of elements).
func (m *member) view(v []pickle.Value) {
	if len(v) != 4 || v[2].Kind != "int" || v[3].Kind != "int" {
		m.doubt("a view is no tuple of four numbers")
		return
	}
	key, _ := number(v[1])
	root := m.storages[key]
	switch offset, n := v[2].Int, v[3].Int; {
	case root == nil:
		m.problem(m.last.Start, Storage{Key: key, Problem: "missing"})
	case offset < 0 || n < 0 || offset > root.numel || n > root.numel-offset:
		m.problem(m.last.Start, Storage{Key: key, Numel: root.numel, Size: root.numel * root.itemsize, Problem: "view"})
	default:
		m.used[key] = true
		m.add(v[0], &storage{class: root.class, itemsize: root.itemsize, numel: n, root: key})
	}
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
	item, class := m.last.Top.Items, ""
	if len(m.last.Imports) == 1 {
		class = m.last.Imports[0].Module + "." + m.last.Imports[0].Name
	}
	n, err := m.c.Uint32()
	if err != nil {
		return err
	}
	if n > maxDims {
		return fmt.Errorf("a tensor of %d dimensions", n)
	}
	if room, err := m.c.Uint32(); err != nil || room != 0 {
		m.doubt("a number of dimensions of more than 4 bytes")
	}
	t := pickle.Tensor{}
	for _, to := range []*[]int64{&t.Size, &t.Stride} {
		for range n {
			v, err := m.signed()
			if err != nil {
				return err
			}
			*to = append(*to, v)
		}
	}
	if t.Offset, err = m.signed(); err != nil {
		return err
	}
	m.place(item, class, t)
	return nil
}

// signed reads a number of 8 bytes that is not negative.
func (m *member) signed() (int64, error) {
	v, err := m.c.Uint64()
	if err == nil && v > math.MaxInt64 {
		err = fmt.Errorf("a size, stride or offset of %d", int64(v))
	}
	return int64(v), err
}

// place holds a tensor to its storage.
func (m *member) place(item []pickle.Value, class string, t pickle.Tensor) {
	key, ok := number(item[0])
	if !ok || m.tensors[key] || m.storages[key] != nil {
		m.doubt("the key of a tensor is %s %s", item[0].Kind, key)
	}
	m.tensors[key] = true
	of, _ := number(item[1])
	s := m.storages[of]
	if s == nil {
		m.problem(m.last.Start, Storage{Key: of, Problem: "missing"})
		return
	}
	m.used[of] = true
	if item[2].Kind != "global" || strings.TrimSuffix(class, "Tensor") != strings.TrimSuffix(s.class, "Storage") {
		m.doubt("a tensor of type %s in a storage of type %s", class, s.class)
	}
	t.Storage, t.StorageNumel, t.StorageItem, t.Itemsize = of, s.numel, s.itemsize, s.itemsize
	if problem := t.Outside(); problem != "" {
		m.problem(m.last.Start, Storage{Key: of, Numel: s.numel, Size: s.numel * s.itemsize, Problem: "view", Detail: problem})
	}
}

// sniff hands back a storage that begins as no numbers do.
func (m *member) sniff(from, size int64) {
	head := make([]byte, min(size, sniffed))
	n, _ := m.r.ReadAt(head, from)
	if b := head[:n]; pickle.Find(b, 0, true) == 0 || zipfile.Sniff(b, nil, size) || magic.Executable(b) != "" {
		m.doubt("a storage begins as another format does")
		m.out.Child(fmt.Sprintf("%s@%d", m.name, from), size, io.NewSectionReader(m.r, from, size))
	}
}
