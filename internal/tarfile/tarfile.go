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
}

// Regular tells whether the member is a file.
func (m *Member) Regular() bool {
	return m.Type == tar.TypeReg || m.Type == tar.TypeCont || m.Type == tar.TypeGNUSparse || m.Type == 0
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
	return len(head) >= block && head[0] != 0 && checksum(head[:block])
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
			break
		}
		from = next
	}
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
		m := Member{Name: h.Name, Link: h.Linkname, Type: h.Typeflag, Size: h.Size, Header: header, Data: at, Sparse: sparse(h)}
		if m.Regular() && !m.Sparse && m.Size > a.size-at {
			a.broken(header, fmt.Sprintf("%q has %d bytes and %d are left", m.Name, m.Size, a.size-at))
			m.Size = a.size - at
			a.Members = append(a.Members, m)
			a.End = a.size
			return -1, nil
		}
		a.Members = append(a.Members, m)
		header = at + (h.Size+block-1)/block*block
		if m.Sparse || !m.Regular() {
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

// resync looks for the next block that is a header.
func (a *Archive) resync(ctx context.Context, header, at int64, cause error) (int64, error) {
	a.broken(header, cause.Error())
	if len(a.Broken) >= maxBreaks {
		a.Unfinished = fmt.Sprintf("more breaks than %d", maxBreaks)
		a.End = a.size
		return -1, nil
	}
	buf := make([]byte, 128*block)
	for from := max(at, header+block) / block * block; from < a.size; from += int64(len(buf)) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, _ := a.r.ReadAt(buf, from)
		for i := 0; i+block <= n; i += block {
			if b := buf[i : i+block]; b[0] != 0 && checksum(b) {
				return from + int64(i), nil
			}
		}
	}
	a.End = a.size
	return -1, nil
}

// checksum tells whether the checksum of a header is right, of signed or unsigned bytes.
func checksum(b []byte) bool {
	field := strings.Trim(string(b[148:156]), " \x00")
	want := int64(0)
	for i := range len(field) {
		if field[i] < '0' || field[i] > '7' {
			return false
		}
		want = want<<3 | int64(field[i]-'0')
	}
	var unsigned, signed int64
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return field != "" && (want == unsigned || want == signed)
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

// Open returns the data of a member: an *io.SectionReader unless it is sparse.
func (a *Archive) Open(m *Member) (io.Reader, error) {
	if !m.Sparse {
		return io.NewSectionReader(a.r, m.Data, m.Size), nil
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
