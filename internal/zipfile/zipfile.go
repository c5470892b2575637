// Package zipfile reads a zip archive the way all of its readers together do: miniz in
// torch, Python's zipfile, Java, and readers of streams. Its entries are the union of
// what those see, and where they see different things it says so.
//
// The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
package zipfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
)

// Entry is a file in the archive as one of its readers sees it.
type Entry struct {
	Name       string // as the central directory has it, for a Local entry as its header has it
	Method     uint16
	Flags      uint16
	Version    uint16 // needed to extract
	CRC        uint32
	Compressed int64 // bytes in the archive, never more than there are
	Size       int64 // as claimed
	Header     int64 // offset of the local header
	Data       int64 // offset of the data
	Mode       uint32
	// Local says that no central directory names the entry as it is here: only a reader
	// that walks the local headers sees it.
	Local bool
	// Shadow says that the data is part of that of another entry of the same name.
	Shadow bool
	// Missing says that no local header stands where the directory says.
	Missing bool
	// Assumed says that the local header was not read.
	Assumed bool

	end    int64 // behind the data
	later  bool  // the local header says that sizes and checksum stand behind the data
	summed bool  // and that checksum was read
}

// Dir tells whether the entry is a folder.
func (e *Entry) Dir() bool { return strings.HasSuffix(e.Name, "/") && e.Compressed == 0 }

// The methods of compression that Open reads.
const (
	Stored  = 0
	Deflate = 8
	Bzip2   = 12
	LZMA    = 14
	Zstd    = 93
	XZ      = 95
)

// The flags of an entry that matter.
const (
	FlagEncrypted  = 0x0001
	FlagDescriptor = 0x0008
	FlagPatched    = 0x0020
	FlagStrong     = 0x0040
	FlagUTF8       = 0x0800
	FlagMasked     = 0x2000
)

// What a Fact is about.
const (
	Duplicate = "duplicate" // two entries of one name with different data
	Case      = "case"      // two entries whose names differ in case alone
	Mismatch  = "mismatch"  // the local header differs from the directory
	Hidden    = "hidden"    // an entry that no directory names
	Directory = "directory" // two directories, or one that is not as long as claimed
	CRC       = "crc"       // two different checksums
	Flag      = "flag"      // a flag that some readers refuse
	Version   = "version"   // a version that some readers refuse
	Disk      = "disk"      // a disk other than the first, which some readers refuse
	Overlap   = "overlap"   // data that two entries share
	Extra     = "extra"     // an extra field that holds something
	Truncated = "truncated" // something that should be there is not
)

// Fact is something odd. A and B are what two readers see, or empty.
type Fact struct {
	What, Name string
	A, B       string
	Offset     int64
}

// Span is a region of the archive that belongs to no entry and no header.
type Span struct {
	Where        string // prefix, gap, suffix, comment
	Offset, Size int64
}

// Archive is what was read of an archive.
type Archive struct {
	Entries []Entry
	Facts   []Fact
	Spans   []Span
	// First is the name of the first entry of the directory that readers use.
	First string
	// Unfinished says which limit was spent, or is empty.
	Unfinished string

	r       io.ReaderAt
	size    int64
	taken   []extent
	scanned int64
	named   map[identity]bool
	blind   bool // there is no directory
	ranged  bool
}

type extent struct{ from, to int64 }

const (
	maxEntries = 1 << 18
	maxFacts   = 4096
	maxSpans   = 4096
	maxScanned = 4 << 30
)

// ErrNotZip says that nothing of an archive was found.
var ErrNotZip = errors.New("no zip archive")

// Read reads the structure of the archive in the first size bytes of r; no data is
// read. An archive that is damaged is read as far as it goes.
func Read(ctx context.Context, r io.ReaderAt, size int64) (*Archive, error) {
	return readArchive(ctx, &Archive{r: r, size: size, named: map[identity]bool{}})
}

// ReadBlob is Read. Where each place that is read costs a request, the directory is taken at
// its word for stored entries that are large, if it leaves no bytes between them.
func ReadBlob(ctx context.Context, b *gate.Blob) (*Archive, error) {
	return readArchive(ctx, &Archive{r: b, size: b.Size, named: map[identity]bool{}, ranged: b.Ranged})
}

func readArchive(ctx context.Context, a *Archive) (*Archive, error) {
	ends := a.findEnds()
	if len(ends) > 0 {
		a.Facts = append(a.Facts, ends[0].odd...)
	}
	for _, d := range a.directories(ends) {
		if err := a.readDirectory(ctx, d); err != nil {
			return nil, err
		}
	}
	a.named = nil
	a.blind = len(a.Entries) == 0 && (len(ends) == 0 || ends[0].full())
	if len(a.Entries) > 0 {
		a.First = a.Entries[0].Name
	}
	if err := a.readLocals(ctx); err != nil {
		return nil, err
	}
	if err := a.readStream(ctx); err != nil {
		return nil, err
	}
	if err := a.readRest(ctx, ends); err != nil {
		return nil, err
	}
	if len(a.Entries) == 0 && len(ends) == 0 {
		return nil, ErrNotZip
	}
	a.compareNames()
	return a, nil
}

// Root is the part of First before its first slash, under which torch looks for its
// records.
func (a *Archive) Root() string {
	root, _, ok := strings.Cut(a.First, "/")
	if !ok {
		return ""
	}
	return root
}

// Section is a span of the archive.
func (a *Archive) Section(s Span) *io.SectionReader {
	return io.NewSectionReader(a.r, s.Offset, s.Size)
}

// Raw is the data of an entry as it stands in the archive.
func (a *Archive) Raw(e *Entry) *io.SectionReader {
	return io.NewSectionReader(a.r, e.Data, e.Compressed)
}

func (a *Archive) fact(what, name, x, y string, offset int64) {
	if len(a.Facts) < maxFacts {
		a.Facts = append(a.Facts, Fact{what, name, x, y, offset})
	} else {
		a.unfinished("more facts than %d", maxFacts)
	}
}

func (a *Archive) span(where string, from, to int64) {
	if len(a.Spans) < maxSpans {
		a.Spans = append(a.Spans, Span{where, from, to - from})
	} else {
		a.unfinished("more gaps than %d", maxSpans)
	}
}

func (a *Archive) take(from, to int64) { a.taken = append(a.taken, extent{from, to}) }

func (a *Archive) unfinished(format string, limit int64) {
	if a.Unfinished == "" {
		a.Unfinished = fmt.Sprintf(format, limit)
	}
}
