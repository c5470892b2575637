package zipfile

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"
)

// local is a local header.
type local struct {
	Entry
	wide bool // its sizes stand in 64 bits
	x    extraInfo
}

// readLocal reads the local header at an offset.
func (a *Archive) readLocal(at, guess int64) (local, bool) {
	h := a.read(at, localSize+guess)
	if len(h) < localSize || string(h[:4]) != signLocal {
		return local{}, false
	}
	le := binary.LittleEndian
	l := local{Entry: Entry{
		Version: le.Uint16(h[4:]), Flags: le.Uint16(h[6:]), Method: le.Uint16(h[8:]), CRC: le.Uint32(h[14:]),
		Compressed: int64(le.Uint32(h[18:])), Size: int64(le.Uint32(h[22:])), Header: at, Local: true,
	}}
	nameLen, extraLen := int64(le.Uint16(h[26:])), int64(le.Uint16(h[28:]))
	l.Data = at + localSize + nameLen + extraLen
	if l.Data > a.size {
		return local{}, false
	}
	if int64(len(h)) < localSize+nameLen+extraLen {
		h = a.read(at, localSize+nameLen+extraLen)
	}
	if int64(len(h)) < localSize+nameLen+extraLen {
		return local{}, false
	}
	l.Name = string(h[localSize : localSize+nameLen])
	l.wide = l.Size == 0xffffffff
	l.x = readExtra(h[localSize+nameLen:localSize+nameLen+extraLen], &l.Size, &l.Compressed)
	return l, true
}

// readLocals reads the local header of each entry of the directories, compares the two
// and notes which bytes they account for.
func (a *Archive) readLocals(ctx context.Context) error {
	ends := a.neighbours()
	for i, n := 0, len(a.Entries); i < n; i++ {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e := &a.Entries[i]
		a.flagFacts(e)
		if a.assume(e, ends[e.Header]) {
			continue
		}
		l, ok := a.readLocal(e.Header, int64(len(e.Name))+128)
		if !ok {
			a.fact(Truncated, e.Name, "a local header", "", e.Header)
			e.Missing, e.Compressed, e.Data, e.end = true, 0, 0, 0
			continue
		}
		e.Data, e.later = l.Data, l.Flags&FlagDescriptor != 0
		if !a.clamp(e) {
			a.fact(Truncated, e.Name, "data", "", e.Data)
		}
		a.take(e.Header, e.end)
		a.compare(e, &l)
	}
	return nil
}

const (
	largeEntry = 128 << 10 // smaller ones share a request with their neighbours
	alignment  = 1 << 10   // torch aligns data to 64 bytes
)

// neighbours has, where the archive is read by ranges, the offset at which the next entry
// begins by that of each; nothing follows the last.
func (a *Archive) neighbours() map[int64]int64 {
	if !a.ranged {
		return nil
	}
	var starts []int64
	for i := range a.Entries {
		starts = append(starts, a.Entries[i].Header)
	}
	slices.Sort(starts)
	ends := make(map[int64]int64, len(starts))
	for i := 1; i < len(starts); i++ {
		ends[starts[i-1]] = starts[i]
	}
	return ends
}

// assume takes the directory's word for a large stored entry that fills the bytes up to the
// next one.
func (a *Archive) assume(e *Entry, end int64) bool {
	head := end - e.Header - e.Compressed
	least := int64(localSize + len(e.Name))
	if end == 0 || e.Method != Stored || e.Compressed != e.Size || e.Size < largeEntry || e.Flags&FlagDescriptor != 0 || head < least || head > least+alignment {
		return false
	}
	e.Assumed, e.Data, e.end = true, end-e.Compressed, end
	a.take(e.Header, e.end)
	return true
}

// clamp cuts the compressed size to what is there.
func (a *Archive) clamp(e *Entry) bool {
	left := max(0, a.size-e.Data)
	whole := e.Compressed >= 0 && e.Compressed <= left
	if !whole {
		e.Compressed = left
	}
	e.end = e.Data + e.Compressed
	return whole
}

// compare states how a local header differs from the directory, and adds what a reader
// that believes the local header sees.
func (a *Archive) compare(e *Entry, l *local) {
	differs := func(what string, central, local any) {
		a.fact(Mismatch, e.Name, fmt.Sprintf("%s %v", what, central), fmt.Sprintf("%s %v", what, local), e.Header)
	}
	a.extraFacts(&l.Entry, l.x, e.Header)
	if l.Name != e.Name {
		differs("name", fmt.Sprintf("%q", e.Name), fmt.Sprintf("%q", l.Name))
	}
	if l.Flags != e.Flags || l.Name != e.Name {
		a.flagFacts(&l.Entry)
	}
	// Sizes and checksum may follow the data instead.
	later := l.Flags&FlagDescriptor != 0
	if later && l.Compressed == 0 || l.wide && l.Compressed == 0xffffffff {
		l.Compressed = e.Compressed
	}
	if later && l.Size == 0 || l.wide && l.Size == 0xffffffff {
		l.Size = e.Size
	}
	if l.CRC != e.CRC && !(later && l.CRC == 0) {
		a.fact(CRC, e.Name, fmt.Sprintf("%08x", e.CRC), fmt.Sprintf("%08x", l.CRC), e.Header)
	}
	if l.Size != e.Size {
		differs("size", e.Size, l.Size)
	}
	if l.Method == e.Method && l.Compressed == e.Compressed {
		return
	}
	if l.Method != e.Method {
		differs("method", e.Method, l.Method)
	}
	if l.Compressed != e.Compressed {
		differs("compressed size", e.Compressed, l.Compressed)
	}
	a.addLocal(&l.Entry, true)
}

// addLocal adds an entry that only a walk of local headers sees.
func (a *Archive) addLocal(l *Entry, shadow bool) {
	if len(a.Entries) >= maxEntries {
		a.unfinished("more entries than %d", maxEntries)
		return
	}
	a.clamp(l)
	l.Shadow = shadow
	a.Entries = append(a.Entries, *l)
}

// flagFacts states the flags and the version that make some readers refuse an entry
// that others read.
func (a *Archive) flagFacts(e *Entry) {
	if f := e.Flags & (FlagEncrypted | FlagPatched | FlagStrong | FlagMasked); f != 0 {
		a.fact(Flag, e.Name, fmt.Sprintf("0x%04x", f), "", e.Header)
	}
	if e.Flags&FlagUTF8 != 0 && !utf8.ValidString(e.Name) {
		a.fact(Flag, e.Name, "a name that is no UTF-8", "", e.Header)
	}
	if v := e.Version & 0xff; v > 63 {
		a.fact(Version, e.Name, fmt.Sprint(v), "", e.Header)
	}
}
