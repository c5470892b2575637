package zipfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
)

const chunk = 256 << 10

// readRest looks at the bytes that no directory accounts for: entries that only a walk
// of local headers sees, descriptors behind data, and everything else.
func (a *Archive) readRest(ctx context.Context, ends []end) error {
	comment := extent{-1, -1}
	if a.blind {
		a.fact(Truncated, "", "a directory", "", a.size)
	}
	if len(ends) > 0 {
		e := ends[0]
		a.take(e.at, e.comment)
		if e.cut {
			a.fact(Truncated, "", "a comment", "", e.comment)
		}
		comment = extent{e.comment, e.to}
		if e.to > e.comment {
			a.take(e.comment, e.to)
			a.span("comment", e.comment, e.to)
		}
	}
	slices.SortFunc(a.taken, func(x, y extent) int {
		if x.from != y.from {
			return cmp(x.from, y.from)
		}
		return cmp(x.to, y.to)
	})
	flagged := a.descriptors()
	at := int64(0)
	for _, t := range append(a.taken, extent{a.size, a.size}) {
		if t.from > at {
			if err := a.readGap(ctx, at, t.from, comment.to, flagged); err != nil {
				return err
			}
		}
		at = max(at, t.to)
	}
	a.overlaps()
	return nil
}

func cmp(x, y int64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// descriptors indexes the entries that may have a descriptor by the end of their data.
func (a *Archive) descriptors() map[int64]*Entry {
	m := map[int64]*Entry{}
	for i := range a.Entries {
		if e := &a.Entries[i]; !e.Missing && !e.Shadow {
			m[e.end] = e
		}
	}
	return m
}

// readGap looks at bytes between what is accounted for. A descriptor accounts for
// itself; a local header begins an entry that no directory has.
func (a *Archive) readGap(ctx context.Context, from, to, suffix int64, ends map[int64]*Entry) error {
	if e := ends[from]; e != nil {
		if from += a.descriptor(e, from, to); from == to {
			return nil
		}
	}
	if !a.walkable(from, suffix) {
		a.region(from, to, suffix)
		return nil
	}
	for from < to {
		next, err := a.find(ctx, from, to)
		if err != nil {
			return err
		}
		if next < 0 {
			break
		}
		l, ok := a.readLocal(next, 128)
		if !ok || l.Name == "" {
			a.region(from, next+4, suffix)
			from = next + 4
			continue
		}
		if next > from {
			a.region(from, next, suffix)
		}
		from = a.readHidden(&l.Entry, to)
	}
	if from < to {
		a.region(from, to, suffix)
	}
	return nil
}

// walkable tells whether a reader of streams comes to an offset: not where the file
// begins as something else, and not behind the end record.
func (a *Archive) walkable(from, suffix int64) bool {
	switch {
	case a.blind:
		return true
	case from == 0:
		return string(a.read(0, 4)) == signLocal
	default:
		return suffix < 0 || from < suffix
	}
}

// readHidden adds an entry that no directory names and returns where it ends.
func (a *Archive) readHidden(l *Entry, limit int64) int64 {
	if l.Flags&FlagDescriptor != 0 && l.Compressed == 0 {
		l.Compressed = a.untilSignature(l.Data, limit) - l.Data
	}
	a.clamp(l)
	to := l.end + a.descriptor(l, l.end, limit)
	if !a.blind {
		a.fact(Hidden, l.Name, "no entry", "an entry", l.Header)
	}
	a.addLocal(l, false)
	return min(max(to, l.Data), limit)
}

// untilSignature finds the end of data whose length stands behind it.
func (a *Archive) untilSignature(from, limit int64) int64 {
	for at := from; at < limit; at += chunk {
		b := a.read(at, chunk+4)
		a.scanned += int64(len(b))
		for i := bytes.Index(b, []byte("PK")); i >= 0 && i+4 <= len(b); {
			switch string(b[i : i+4]) {
			case signDescriptor, signLocal, signCentral, signEnd:
				return at + int64(i)
			}
			j := bytes.Index(b[i+2:], []byte("PK"))
			if j < 0 {
				break
			}
			i += 2 + j
		}
		if a.scanned > maxScanned {
			a.unfinished("more than %d bytes that no directory accounts for", maxScanned)
			return limit
		}
	}
	return limit
}

// find returns the offset of the next local header's signature, or -1.
func (a *Archive) find(ctx context.Context, from, to int64) (int64, error) {
	for at := from; at < to; at += chunk {
		if err := ctx.Err(); err != nil {
			return -1, err
		}
		b := a.read(at, min(chunk+3, to-at))
		if a.scanned += int64(len(b)); a.scanned > maxScanned {
			a.unfinished("more than %d bytes that no directory accounts for", maxScanned)
			return -1, nil
		}
		if i := bytes.Index(b, []byte(signLocal)); i >= 0 {
			return at + int64(i), nil
		}
	}
	return -1, nil
}

// descriptor returns the length of the descriptor of an entry at an offset: one with
// the sizes and the checksum that the entry has, in one of its four forms.
func (a *Archive) descriptor(e *Entry, at, limit int64) int64 {
	b := a.read(at, min(24, limit-at))
	n := int64(0)
	if bytes.HasPrefix(b, []byte(signDescriptor)) {
		b, n = b[4:], 4
	}
	le := binary.LittleEndian
	switch {
	case len(b) >= 20 && int64(le.Uint64(b[4:])) == e.Compressed && (e.Local || int64(le.Uint64(b[12:])) == e.Size):
		n += 20
	case len(b) >= 12 && int64(le.Uint32(b[4:])) == e.Compressed && (e.Local || int64(le.Uint32(b[8:])) == e.Size):
		n += 12
	default:
		return 0
	}
	switch sum := le.Uint32(b); {
	case e.Local && e.Flags&FlagDescriptor != 0:
		e.CRC = sum
	case !e.Local && e.later && sum != e.CRC && !e.summed:
		a.fact(CRC, e.Name, fmt.Sprintf("%08x", e.CRC), fmt.Sprintf("%08x behind the data", sum), at)
	}
	e.summed = true
	return n
}

// maxPadding is the longest run of zeros between entries that aligns the next.
const maxPadding = 4 << 10

// region notes bytes that belong to nothing.
func (a *Archive) region(from, to, suffix int64) {
	where := "gap"
	switch {
	case suffix >= 0 && from >= suffix:
		where = "suffix"
	case from == 0:
		where = "prefix"
	}
	if where == "gap" && to-from <= maxPadding && len(bytes.Trim(a.read(from, to-from), "\x00")) == 0 {
		return
	}
	a.span(where, from, to)
}

// overlaps states which entries of the directories share data.
func (a *Archive) overlaps() {
	order := make([]int, 0, len(a.Entries))
	for i := range a.Entries {
		if e := &a.Entries[i]; !e.Missing && !e.Shadow {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp(a.Entries[i].Header, a.Entries[j].Header) })
	var last *Entry
	for _, i := range order {
		e := &a.Entries[i]
		if last != nil && e.Header < last.end && (e.Header != last.Header || e.Name != last.Name) {
			a.fact(Overlap, e.Name, last.Name, "", e.Header)
		}
		if last == nil || e.end > last.end {
			last = e
		}
	}
}

// compareNames states which entries have one name and different places.
func (a *Archive) compareNames() {
	first := make(map[string]*Entry, len(a.Entries))
	for i := range a.Entries {
		e := &a.Entries[i]
		if e.Shadow || e.Dir() {
			continue
		}
		key := Fold(e.Name)
		old := first[key]
		switch {
		case old == nil:
			first[key] = e
		case old.Header == e.Header:
		case !sameButCase(old.Name, e.Name):
			a.fact(Duplicate, e.Name, place(old), place(e), e.Header)
		default:
			a.fact(Case, e.Name, old.Name, e.Name, e.Header)
		}
	}
}

// sameButCase tells whether two names differ, and in case alone.
func sameButCase(x, y string) bool {
	return x != y && len(x) == len(y) && bytes.EqualFold([]byte(x), []byte(y))
}

func place(e *Entry) string {
	by := "directory"
	if e.Local {
		by = "local header"
	}
	return by + " at offset " + strconv.FormatInt(e.Header, 10)
}
