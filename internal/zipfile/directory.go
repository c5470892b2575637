package zipfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	cursor "github.com/modelgate/gate/internal/binary"
)

const (
	signLocal      = "PK\x03\x04"
	signCentral    = "PK\x01\x02"
	signEnd        = "PK\x05\x06"
	signEnd64      = "PK\x06\x06"
	signLocator    = "PK\x06\x07"
	signDescriptor = "PK\x07\x08"

	localSize   = 30
	centralSize = 46
	endSize     = 22
	end64Size   = 56
	locatorSize = 20

	tailSize = 64<<10 + endSize
	maxEnds  = 16
)

// end is an end record: where it stands and what it says of the directory.
type end struct {
	at, to  int64 // with its comment
	comment int64 // offset of the comment
	claims  []claim
	cut     bool   // the comment is longer than what is left
	odd     []Fact // of the record and its 64-bit form
}

// full tells whether the record says that there are entries.
func (e *end) full() bool {
	return slices.ContainsFunc(e.claims, func(c claim) bool { return c.count != 0 || c.size != 0 })
}

// claim is one statement of where the directory is: of the end record, or of its
// 64-bit form.
type claim struct {
	offset, size, count int64
	behind              int64 // offset of the record that makes the claim
}

// directory is a place where some reader looks for central headers. Base is what that
// reader adds to the offsets of local headers, behind the offset of the record that says
// so. Outer says that it is the record which readers use first.
type directory struct {
	offset, base, behind int64
	outer                bool
	claims               []claim // of all records that say so
}

// findEnds finds the end records of the tail, the one that readers use first.
func (a *Archive) findEnds() []end {
	from := max(0, a.size-tailSize)
	tail := a.read(from, a.size-from)
	var ends []end
	for i := bytes.LastIndex(tail, []byte(signEnd)); i >= 0 && len(ends) < maxEnds; i = bytes.LastIndex(tail[:i], []byte(signEnd)) {
		if len(tail)-i >= endSize {
			ends = append(ends, a.readEnd(tail[i:], from+int64(i)))
		}
	}
	return ends
}

func (a *Archive) readEnd(b []byte, at int64) end {
	le := binary.LittleEndian
	e := end{at: at, comment: at + endSize}
	e.to = e.comment + int64(le.Uint16(b[20:]))
	if e.cut = e.to > a.size; e.cut {
		e.to = a.size
	}
	c := claim{int64(le.Uint32(b[16:])), int64(le.Uint32(b[12:])), int64(le.Uint16(b[10:])), at}
	e.disks(at, uint64(le.Uint16(b[4:])), uint64(le.Uint16(b[6:])), 0xffff)
	e.counts(at, uint64(le.Uint16(b[8:])), uint64(le.Uint16(b[10:])))
	wide := a.readEnd64(at, &e)
	if c.offset != 0xffffffff && c.size != 0xffffffff && c.count != 0xffff || len(wide) == 0 {
		e.claims = append(e.claims, c)
	}
	e.claims = append(e.claims, wide...)
	return e
}

// disks notes a number of a disk other than the first: there are no others any more, and
// some readers refuse it.
func (e *end) disks(at int64, disk, start, none uint64) {
	if disk != 0 && disk != none || start != 0 && start != none {
		e.odd = append(e.odd, Fact{Disk, "", fmt.Sprintf("disk %d", disk), fmt.Sprintf("a directory on disk %d", start), at})
	}
}

func (e *end) counts(at int64, here, all uint64) {
	if here != all {
		e.odd = append(e.odd, Fact{Directory, "", fmt.Sprintf("%d entries", all), fmt.Sprintf("%d entries on this disk", here), at})
	}
}

// readEnd64 reads the 64-bit records before an end record, both where the locator says
// and where they stand if nothing is between, which is where Python looks.
func (a *Archive) readEnd64(at int64, e *end) []claim {
	loc := a.read(at-locatorSize, locatorSize)
	if !bytes.HasPrefix(loc, []byte(signLocator)) || len(loc) < locatorSize {
		return nil
	}
	a.take(at-locatorSize, at)
	e.disks(at-locatorSize, uint64(binary.LittleEndian.Uint32(loc[4:])), uint64(binary.LittleEndian.Uint32(loc[16:])), 1)
	places := []int64{int64(binary.LittleEndian.Uint64(loc[8:]))}
	if adjacent := at - locatorSize - end64Size; adjacent != places[0] {
		places = append(places, adjacent)
	}
	var claims []claim
	for _, p := range places {
		b := a.read(p, end64Size)
		if len(b) < end64Size || !bytes.HasPrefix(b, []byte(signEnd64)) {
			if p == places[0] {
				e.odd = append(e.odd, Fact{Directory, "", fmt.Sprintf("an end record in 64 bits at offset %d", p), "no such record", at - locatorSize})
			}
			continue
		}
		le := binary.LittleEndian
		e.disks(p, uint64(le.Uint32(b[16:])), uint64(le.Uint32(b[20:])), 0xffffffff)
		e.counts(p, le.Uint64(b[24:]), le.Uint64(b[32:]))
		claims = append(claims, claim{int64(le.Uint64(b[48:])), int64(le.Uint64(b[40:])), int64(le.Uint64(b[32:])), p})
		length := int64(le.Uint64(b[4:]))
		if room := at - locatorSize - p - 12; length < end64Size-12 || length > room {
			e.odd = append(e.odd, Fact{Directory, "", fmt.Sprintf("an end record of %d bytes", length), fmt.Sprintf("%d bytes", room), p})
			length = end64Size - 12
		}
		a.take(p, p+12+length)
	}
	return claims
}

// directories lists where central headers stand by any of the end records: anywhere in
// the file, since one reader or another does not ask that the record stands behind.
func (a *Archive) directories(ends []end) []directory {
	var dirs []directory
	seen := map[[2]int64]int{}
	for i, e := range ends {
		for _, c := range e.claims {
			found := c.count == 0 && c.size == 0
			for _, d := range []directory{
				{offset: c.offset, behind: c.behind, outer: i == 0},
				{offset: c.behind - c.size, base: c.behind - c.size - c.offset, behind: c.behind, outer: i == 0},
			} {
				key := [2]int64{d.offset, d.base}
				n, ok := seen[key]
				if !ok && string(a.read(d.offset, 4)) == signCentral {
					n, ok = len(dirs), true
					seen[key] = n
					dirs = append(dirs, d)
				}
				if ok {
					dirs[n].claims = append(dirs[n].claims, c)
					found = true
				}
			}
			if i == 0 && !found {
				a.fact(Directory, "", fmt.Sprintf("a directory at offset %d", c.offset), "none", c.behind)
			}
		}
	}
	return dirs
}

// readDirectory adds the entries of a directory that no other has named as they are.
func (a *Archive) readDirectory(ctx context.Context, d directory) error {
	if a.nested(d) {
		return nil
	}
	had := len(a.Entries)
	c := cursor.NewCursor(a.r, d.offset, a.size)
	n := int64(0)
	for ; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(a.Entries) >= maxEntries {
			a.unfinished("more entries than %d", maxEntries)
			break
		}
		e, ok := a.readCentral(c)
		if !ok {
			break
		}
		e.Header += d.base
		if key := (identity{e.Name, e.Header, e.Compressed, e.Method}); !a.named[key] {
			a.named[key] = true
			a.Entries = append(a.Entries, e)
		}
	}
	a.take(d.offset, c.Offset())
	if d.offset > d.behind {
		a.fact(Directory, "", fmt.Sprintf("an end record at offset %d", d.behind), fmt.Sprintf("a directory at offset %d", d.offset), d.offset)
	}
	if had > 0 && (len(a.Entries) > had || n != int64(had)) {
		a.fact(Directory, "", fmt.Sprintf("%d entries", had), fmt.Sprintf("%d entries by a directory at offset %d", n, d.offset), d.offset)
	}
	// Readers stop by the number of entries or by the size, whichever they believe.
	got := c.Offset() - d.offset
	for _, c := range d.claims {
		if n != c.count && n&0xffff != c.count || got != c.size {
			a.fact(Directory, "", fmt.Sprintf("%d entries in %d bytes", c.count, c.size), fmt.Sprintf("%d entries in %d bytes", n, got), d.offset)
			break
		}
	}
	return nil
}

// identity is what makes two central headers name one thing.
type identity struct {
	name               string
	header, compressed int64
	method             uint16
}

// nested tells whether a directory and its end record lie in the stored data of an entry
// that a directory read so far has, and whose header stands where that directory says:
// they belong to an archive in the archive then, which is handed back as a whole.
func (a *Archive) nested(d directory) bool {
	if d.outer {
		return false
	}
	for i := range a.Entries {
		e := &a.Entries[i]
		to := e.Header + localSize + int64(len(e.Name)) + e.Compressed
		if e.Method == Stored && d.offset > e.Header && d.behind > e.Header && d.offset < to && d.behind < to && string(a.read(e.Header, 4)) == signLocal {
			return true
		}
	}
	return false
}

// readCentral reads one central header. As for Python, what follows its fixed part may
// be cut off by the end of the file.
func (a *Archive) readCentral(c *cursor.Cursor) (Entry, bool) {
	start := c.Offset()
	h, err := c.Peek(centralSize)
	if err != nil || string(h[:4]) != signCentral {
		return Entry{}, false
	}
	le := binary.LittleEndian
	e := Entry{
		Version: le.Uint16(h[6:]), Flags: le.Uint16(h[8:]), Method: le.Uint16(h[10:]), CRC: le.Uint32(h[16:]),
		Compressed: int64(le.Uint32(h[20:])), Size: int64(le.Uint32(h[24:])), Header: int64(le.Uint32(h[42:])),
	}
	if h[5] == 3 || h[5] == 19 { // Unix, macOS
		e.Mode = le.Uint32(h[38:]) >> 16
	}
	disk, folder := le.Uint16(h[34:]), h[38]&0x10 != 0
	nameLen, extraLen, commentLen := int64(le.Uint16(h[28:])), int64(le.Uint16(h[30:])), int64(le.Uint16(h[32:]))
	_ = c.Skip(centralSize)
	name, err := c.Bytes(min(nameLen, c.Remaining()))
	if err != nil {
		_ = c.SeekTo(start)
		return Entry{}, false
	}
	extra, err := c.Bytes(min(extraLen, c.Remaining()))
	if err != nil {
		_ = c.SeekTo(start)
		return Entry{}, false
	}
	commentLen = min(commentLen, c.Remaining())
	_ = c.Skip(commentLen)
	e.Name = string(name)
	if disk != 0 && disk != 0xffff {
		a.fact(Disk, e.Name, fmt.Sprintf("disk %d", disk), "", start)
	}
	// What torch takes for a folder by this attribute it reads as whatever is in memory.
	if folder && !strings.HasSuffix(e.Name, "/") && (e.Size > 0 || e.Compressed > 0) {
		a.fact(Mismatch, e.Name, "a file", "a folder", start)
	}
	x := readExtra(extra, &e.Size, &e.Compressed, &e.Header)
	a.extraFacts(&e, x, start)
	if commentLen > 0 {
		a.span("comment", c.Offset()-commentLen, c.Offset())
	}
	return e, true
}

// read returns up to n bytes at an offset; fewer where the archive ends.
func (a *Archive) read(at, n int64) []byte {
	if at < 0 || n <= 0 || at >= a.size {
		return nil
	}
	b := make([]byte, min(n, a.size-at))
	got, _ := a.r.ReadAt(b, at)
	return b[:got]
}
