package torchzip

import (
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/zipfile"
)

// match compares the storages that a pickle names with the records that hold them.
func (c *checkpoint) match(e *zipfile.Entry, res *pickle.Result) {
	folder := c.folder(zipfile.Fold(e.Name))
	for _, t := range res.Tensors {
		if t.Problem != "" {
			c.problem(e, t.At, Storage{Key: t.Storage, Numel: t.StorageNumel, Problem: "view", Detail: t.Problem})
		}
	}
	for _, p := range res.Persistent {
		if p.Class != "storage" || p.Problem != "" {
			continue // stated with the pickle, and no part of its grammar
		}
		name := folder + p.Key
		if c.form == "package" {
			name += ".storage"
		}
		c.matchOne(e, name, p)
	}
}

func (c *checkpoint) matchOne(e *zipfile.Entry, name string, p pickle.PersistentID) {
	s := Storage{Key: p.Key, Numel: p.Numel}
	if old, ok := c.known[name]; ok {
		if old.Numel != p.Numel || old.Itemsize != p.Itemsize {
			s.Problem, s.Detail = "conflict", fmt.Sprintf("%d elements of %s, and %d of %s", old.Numel, old.Type, p.Numel, p.Type)
			c.problem(e, p.Offset, s)
		}
		return
	}
	c.known[name] = p
	record := c.records[name]
	if record == nil || record.Missing {
		if p.Numel > 0 || p.Itemsize == 0 { // torch writes no record for nothing
			s.Problem = "missing"
			c.problem(e, p.Offset, s)
		}
		return
	}
	c.taken[record] = true
	s.Size = record.Size
	switch want, ok := product(p.Numel, p.Itemsize); {
	case p.Itemsize == 0:
		s.Problem, s.Detail = "type", p.Type
		c.problem(e, p.Offset, s)
	case !ok || want > record.Size:
		s.Problem = "short"
		c.problem(e, p.Offset, s)
	case want < record.Size:
		c.unreadRecord(record, "longer", record.Size-want)
		c.hand(record)
	default:
		c.sniff(record)
	}
}

func product(n, size int64) (int64, bool) {
	if size != 0 && n > math.MaxInt64/size {
		return 0, false
	}
	return n * size, true
}

func (c *checkpoint) problem(e *zipfile.Entry, offset int64, s Storage) {
	c.doubt(fmt.Sprintf("storage %q: %s", s.Key, s.Problem), offset)
	c.out.Emit(KindStorage, gate.Location{Path: c.inside(e), Offset: offset}, s)
}

func (c *checkpoint) unreadRecord(e *zipfile.Entry, reason string, size int64) {
	c.doubt(fmt.Sprintf("record %q: %s", e.Name, reason), e.Header)
	c.out.Emit(archive.KindUnread, gate.Location{Offset: e.Header}, archive.Unread{Name: e.Name, Reason: reason, Size: size})
}

// sniff hands a record back whose size fits its storage but whose data is no tensor's.
func (c *checkpoint) sniff(e *zipfile.Entry) {
	if e.Assumed {
		c.doubt(fmt.Sprintf("the header and the data of record %q were not looked at: the file was read by ranges", e.Name), e.Header)
		return
	}
	if e.Method != zipfile.Stored || e.Compressed != e.Size {
		c.doubt(fmt.Sprintf("record %q is compressed", e.Name), e.Header)
		c.hand(e)
		return
	}
	var head [256]byte
	n, err := c.a.Raw(e).ReadAt(head[:min(int64(len(head)), e.Size)], 0)
	if err != nil && err != io.EOF {
		c.incomplete(e, "cannot be read: "+err.Error(), "")
		return
	}
	b := head[:n]
	if pickle.Sniff(b) || zipfile.Sniff(b, nil, e.Size) || strings.HasPrefix(string(b), "\x7fELF") {
		c.doubt(fmt.Sprintf("record %q has the first bytes of another format", e.Name), e.Header)
		c.hand(e)
	}
}

// maxNote is the most that a record has that writers of checkpoints add.
const maxNote = 64

// notes are the small records that torch itself adds: numbers, and the order of bytes.
var notes = map[string]*regexp.Regexp{
	"version": digits, ".format_version": digits, ".storage_alignment": digits, ".data/version": digits,
	".data/serialization_id": digits, "byteorder": regexp.MustCompile(`^(?:little|big)$`),
}

var digits = regexp.MustCompile(`^[0-9]+\n?$`)

// note reads a small record that torch adds, and doubts one that is something else.
func (c *checkpoint) note(e *zipfile.Entry, want *regexp.Regexp) {
	c.taken[e] = true
	text, h := c.small(e)
	if h.Anomaly != "" || h.Err != nil || !want.Match(text) {
		c.doubt(fmt.Sprintf("record %q is not what torch writes", e.Name), e.Header)
	}
}

// rest hands back every entry that no pickle accounts for.
func (c *checkpoint) rest() {
	for i := range c.a.Entries {
		e := &c.a.Entries[i]
		if c.taken[e] || e.Missing || e.Dir() || e.Size == 0 && e.Compressed == 0 {
			continue
		}
		if err := c.ctx.Err(); err != nil {
			c.incomplete(e, err.Error(), "time")
			return
		}
		name := zipfile.Fold(e.Name)
		file := within(name)
		switch want := notes[file]; {
		case want != nil && e.Size <= maxNote && e.Compressed <= maxNote && !e.Local:
			c.note(e, want)
			continue
		case want != nil:
			c.unreadRecord(e, "longer", e.Size)
		case c.form == "torchscript" && strings.HasPrefix(file, "code/") && path.Ext(file) == ".py":
			c.script(e)
			continue
		case c.storage(file):
			c.unreadRecord(e, "unreferenced", e.Size)
		default:
			c.doubt(fmt.Sprintf("record %q is for other readers", e.Name), e.Header)
		}
		c.hand(e)
	}
}

// within is a folded name without its root.
func within(name string) string {
	if _, file, ok := strings.Cut(name, "/"); ok {
		return file
	}
	return name
}

// storage tells whether a record stands where only storages do.
func (c *checkpoint) storage(file string) bool {
	if c.form == "package" {
		return strings.HasPrefix(file, ".data/") && strings.HasSuffix(file, ".storage")
	}
	return strings.HasPrefix(file, "data/") || strings.HasPrefix(file, "constants/")
}

// hand hands an entry back and states where it is not what the archive says.
func (c *checkpoint) hand(e *zipfile.Entry) {
	h := c.a.Hand(e, c.out.Child)
	c.rested(e, h)
	switch {
	case h.Anomaly != "":
		c.out.Emit(archive.KindAnomaly, gate.Location{Offset: e.Header}, archive.Anomaly{Name: e.Name, Problem: h.Anomaly})
	case h.Err != nil:
		c.incomplete(e, h.Err.Error(), "")
	}
}

// rested hands back what stands behind the compressed data of a record.
func (c *checkpoint) rested(e *zipfile.Entry, h zipfile.Handed) {
	if h.Rest != nil {
		c.doubt(fmt.Sprintf("record %q has bytes behind its data", e.Name), e.Header)
		c.out.Child(e.Name+"[suffix]", h.Rest.Size(), h.Rest)
	}
}

// small reads a record of a few bytes.
func (c *checkpoint) small(e *zipfile.Entry) ([]byte, zipfile.Handed) {
	var b []byte
	h := c.a.Hand(e, func(_ string, _ int64, r io.Reader) { b, _ = io.ReadAll(io.LimitReader(r, maxNote+1)) })
	return b, h
}
