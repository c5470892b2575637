// Package tarfile reads tar archives (V7, ustar, PAX, GNU) that may be damaged: behind a
// broken header it goes on at the next one. Files are read in place.
//
// The format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
package tarfile

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Member is an entry of an archive.
type Member struct {
	Name, Link string
	Type       byte // a type flag of archive/tar
	Size       int64
	Header     int64 // offset of the block after which the member was met
	Data       int64 // offset of the data
	Sparse     bool  // the data has holes and is not in one piece
	Extended   bool  // an extended header says more than times
}

// Regular tells whether the member is a file, as one of a type that nobody knows is for
// Python.
func (m *Member) Regular() bool {
	return !headerOnly(m.Type) && m.Type != tar.TypeXHeader && m.Type != tar.TypeXGlobalHeader &&
		m.Type != tar.TypeGNULongName && m.Type != tar.TypeGNULongLink
}

// headerOnly tells whether members of a type have no data, whatever size they claim.
func headerOnly(kind byte) bool {
	switch kind {
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo:
		return true
	}
	return false
}

// Archive is what was read of an archive.
type Archive struct {
	Members []Member
	// Broken are the offsets of headers that are none, with the reason.
	Broken []Break
	// End is the offset behind the archive: two blocks of zeros, or the end of the file.
	End int64
	// Cut says that the archive ends without a block of zeros.
	Cut bool
	// Unfinished says which limit was spent, or is empty.
	Unfinished string

	r    io.ReaderAt
	size int64
}

// Break is a place where the archive is damaged.
type Break struct {
	Offset int64
	Reason string
}

const (
	block      = 512
	maxMembers = 1 << 18
	maxBreaks  = 64
)

// Sniff tells whether head begins with a header whose checksum is right.
func Sniff(head []byte) bool {
	return len(head) >= block && checksum(head[:block])
}

// Read reads the headers of the archive in the first size bytes of r.
func Read(ctx context.Context, r io.ReaderAt, size int64) (*Archive, error) {
	a := &Archive{r: r, size: size}
	for from := int64(0); from < size; {
		next, err := a.readFrom(ctx, from)
		if err != nil {
			return nil, err
		}
		if next < 0 {
			return a, nil
		}
		from = next
	}
	a.End = size
	return a, nil
}

// readFrom reads members until the archive ends (-1) or breaks; then it returns where
// the next header stands.
func (a *Archive) readFrom(ctx context.Context, from int64) (int64, error) {
	src := io.NewSectionReader(a.r, from, a.size-from)
	t := tar.NewReader(src)
	header := from
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if len(a.Members) >= maxMembers {
			a.Unfinished = fmt.Sprintf("more members than %d", maxMembers)
			a.End = a.size
			return -1, nil
		}
		h, err := t.Next()
		at, _ := src.Seek(0, io.SeekCurrent)
		at += from
		switch {
		case errors.Is(err, io.EOF):
			a.End, a.Cut = at, a.endCut(at)
			return -1, nil
		case err != nil && h == nil:
			return a.resync(ctx, header, at, err)
		}
		m := Member{Name: h.Name, Link: h.Linkname, Type: h.Typeflag, Size: h.Size, Header: header, Data: at, Sparse: sparse(h), Extended: extended(h)}
		if m.Regular() && !m.Sparse && m.Size > a.size-at {
			a.broken(header, fmt.Sprintf("%q has %d bytes and %d are left", m.Name, m.Size, a.size-at))
			m.Size = a.size - at
			a.Members = append(a.Members, m)
			a.End = a.size
			return -1, nil
		}
		a.Members = append(a.Members, m)
		if n, ok := a.sizeField(at - block); ok && n != h.Size && !m.Sparse && h.PAXRecords["size"] == "" && !headerOnly(m.Type) {
			a.broken(header, fmt.Sprintf("%q has %d bytes, or %d for other readers", m.Name, h.Size, n))
		}
		header = at + (h.Size+block-1)/block*block
		if m.Sparse || headerOnly(m.Type) {
			header = at
		}
	}
}

// endCut tells whether no blocks of zeros stand before the end.
func (a *Archive) endCut(at int64) bool {
	b := make([]byte, block)
	n, _ := a.r.ReadAt(b, max(0, at-block))
	return n < block || len(bytes.Trim(b, "\x00")) > 0
}

func (a *Archive) broken(at int64, reason string) {
	a.Broken = append(a.Broken, Break{at, reason})
}

// resync looks for the next block that is a header. One whose checksum is right has the
// name and the size that it says, whatever else in it made the strict reader refuse it:
// others only read these.
func (a *Archive) resync(ctx context.Context, header, at int64, cause error) (int64, error) {
	a.broken(header, cause.Error())
	if len(a.Broken) >= maxBreaks {
		a.Unfinished = fmt.Sprintf("more breaks than %d", maxBreaks)
		a.End = a.size
		return -1, nil
	}
	if next, ok := a.lenient(header); ok {
		return next, nil
	}
	buf := make([]byte, 128*block)
	for from := max(at, header+block) / block * block; from < a.size; from += int64(len(buf)) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, _ := a.r.ReadAt(buf, from)
		for i := 0; i+block <= n; i += block {
			if checksum(buf[i : i+block]) {
				return from + int64(i), nil
			}
		}
	}
	a.End = a.size
	return -1, nil
}

// lenient adds the file that a header begins, and returns where the next header stands.
func (a *Archive) lenient(header int64) (next int64, ok bool) {
	b := make([]byte, block)
	n, _ := a.r.ReadAt(b, header)
	if n < block || !checksum(b) {
		return 0, false
	}
	size, ok := number(b[124:136])
	if ok && size < 0 {
		size = 0 // others go on behind the header
	}
	m := Member{Name: text(b[:100]), Type: b[156], Size: size, Header: header, Data: header + block}
	if prefix := text(b[345:500]); prefix != "" && string(b[257:263]) == "ustar\x00" {
		m.Name = prefix + "/" + m.Name
	}
	if !ok || size > a.size-m.Data {
		m.Size = a.size - m.Data
	}
	a.Members = append(a.Members, m)
	return m.Data + (m.Size+block-1)/block*block, true
}

// sizeField is the size that a header has as Python reads it.
func (a *Archive) sizeField(header int64) (int64, bool) {
	b := make([]byte, 12)
	n, _ := a.r.ReadAt(b, header+124)
	if n < len(b) {
		return 0, false
	}
	return number(b)
}

// text is a field up to its first NUL.
func text(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

// number is a number in octal digits, or in base 256.
func number(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, false
	}
	if b[0] == 0x80 || b[0] == 0xff {
		n := int64(0)
		if b[0] == 0xff {
			n = -1
		}
		for _, c := range b[1:] {
			n = n<<8 | int64(c)
		}
		return n, true
	}
	digits := strings.TrimSpace(text(b))
	if digits == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(digits, 8, 64)
	return n, err == nil
}

// checksum tells whether the checksum of a header is right, of signed or unsigned bytes,
// as one reader or another takes the number of it.
func checksum(b []byte) bool {
	var unsigned, signed int64
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	field := b[148:156]
	for _, f := range [][]byte{field, bytes.Trim(field, " \x00")} {
		if want, ok := number(f); ok && len(bytes.Trim(f, " \x00")) > 0 && (want == unsigned || want == signed) {
			return true
		}
	}
	return false
}

func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// extended tells whether extended headers of a member have anything but times.
func extended(h *tar.Header) bool {
	for k, v := range h.PAXRecords {
		if k != "mtime" && k != "atime" && k != "ctime" || len(v) > 32 {
			return true
		}
	}
	return false
}

// Loose tells what there is in the archive besides the headers and data of files: the
// first such thing, or nothing. What stands behind the archive is not looked at.
func (a *Archive) Loose() string {
	if len(a.Broken) > 0 || a.Cut || a.Unfinished != "" {
		return "the archive is damaged"
	}
	at := int64(0)
	for i := range a.Members {
		m := &a.Members[i]
		const most = 3 * block // with an extended header of one block
		if head := m.Data - m.Header; m.Header != at || !m.Regular() || m.Sparse || m.Extended || head != block && head != most {
			return fmt.Sprintf("member %q is more than a file", m.Name)
		}
		at = m.Data + (m.Size+block-1)/block*block
		if a.padded(m) {
			return fmt.Sprintf("there are bytes behind the data of member %q", m.Name)
		}
	}
	return ""
}

// Padded tells whether there is anything but zeros behind the data of some file.
func (a *Archive) Padded() bool {
	for i := range a.Members {
		if m := &a.Members[i]; m.Regular() && !m.Sparse && a.padded(m) {
			return true
		}
	}
	return false
}

func (a *Archive) padded(m *Member) bool {
	to := min(m.Data+(m.Size+block-1)/block*block, a.size)
	b := make([]byte, max(0, to-m.Data-m.Size))
	n, _ := a.r.ReadAt(b, m.Data+m.Size)
	return n < len(b) || len(bytes.Trim(b, "\x00")) > 0
}

// Section is the data of a member that is not sparse.
func (a *Archive) Section(m *Member) *io.SectionReader {
	return io.NewSectionReader(a.r, m.Data, m.Size)
}

// Open returns the data of a member: an *io.SectionReader unless it is sparse.
func (a *Archive) Open(m *Member) (io.Reader, error) {
	if !m.Sparse {
		return a.Section(m), nil
	}
	t := tar.NewReader(io.NewSectionReader(a.r, m.Header, a.size-m.Header))
	if _, err := t.Next(); err != nil {
		return nil, fmt.Errorf("reading the header again: %w", err)
	}
	return t, nil
}

// Torch tells whether the archive is a checkpoint of torch before 0.1.10: the inspector
// of those hands its members back then.
func (a *Archive) Torch() bool {
	need := map[string]bool{"pickle": false, "tensors": false, "storages": false}
	for i := range a.Members {
		name := strings.TrimPrefix(a.Members[i].Name, "./")
		if _, ok := need[name]; ok && a.Members[i].Regular() {
			need[name] = true
		}
	}
	return need["pickle"] && need["tensors"] && need["storages"]
}
