package zipfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	cursor "github.com/modelgate/gate/internal/binary"
)

// maxSummed bounds the stored data whose checksum is computed: torch loads tensors
// whose checksum is wrong, and a checkpoint has gigabytes of them.
const (
	maxSummed    = 1 << 20
	maxEncrypted = 64 << 20
)

// ErrEncrypted says that the data is not what its checksum is of, and that the entry
// says that it is encrypted.
var ErrEncrypted = errors.New("encrypted")

// Handed is what came out while an entry was handed on.
type Handed struct {
	Anomaly string // crc, size, method
	Err     error  // why the data was not read to its end
	// Rest is what stands behind deflated data in the data of the entry, or nil: a reader
	// of streams goes on there.
	Rest *io.SectionReader
}

// Hand opens an entry and gives it to a function, which has the form of
// gate.Recorder.Child, and compares what was read with what the entry claims. The data
// of an unknown method is handed on as it stands.
func (a *Archive) Hand(e *Entry, give func(name string, size int64, r io.Reader)) Handed {
	r, err := a.Open(e)
	if err != nil || e.Method == Stored {
		return a.handRaw(e, err, give)
	}
	sum := crc32.NewIEEE()
	read := cursor.Stream{R: io.TeeReader(r, sum)}
	give(e.Name, -1, &read)
	if d, ok := r.(interface{ Close() }); ok {
		d.Close()
	}
	if d, ok := r.(*inflater); ok && read.Done && e.Flags&FlagEncrypted == 0 {
		if left := d.left(); left.Size() > 0 {
			return Handed{Anomaly: "size", Rest: left}
		}
	}
	switch encrypted := e.Flags&FlagEncrypted != 0; {
	case read.Err != nil && encrypted:
		return Handed{Err: ErrEncrypted}
	case read.Err != nil:
		return Handed{Err: read.Err}
	case !read.Done || sum.Sum32() == e.CRC && read.N == e.Size:
		return Handed{}
	case encrypted:
		return Handed{Err: ErrEncrypted}
	case read.N != e.Size && !e.Local:
		return Handed{Anomaly: "size"}
	case sum.Sum32() != e.CRC:
		return Handed{Anomaly: "crc"}
	}
	return Handed{}
}

// handRaw gives data as it stands. Some archives declare a method that nobody has over
// data that is stored all the same.
func (a *Archive) handRaw(e *Entry, err error, give func(string, int64, io.Reader)) Handed {
	encrypted := e.Flags&FlagEncrypted != 0
	stored := e.Compressed == e.Size || e.Local
	sound := (encrypted || err != nil) && e.Compressed <= maxEncrypted && stored && a.sum(e) == e.CRC
	name := e.Name
	if encrypted && !sound {
		name += "[encrypted]" // its name says nothing of these bytes
	}
	give(name, e.Compressed, a.Raw(e))
	switch {
	case encrypted || err != nil:
		if sound {
			if err != nil {
				return Handed{Anomaly: "method"}
			}
			return Handed{}
		}
		if err == nil || encrypted {
			err = ErrEncrypted
		}
		return Handed{Err: err}
	case !stored:
		return Handed{Anomaly: "size"}
	case e.Compressed <= maxSummed && a.sum(e) != e.CRC:
		return Handed{Anomaly: "crc"}
	}
	return Handed{}
}

func (a *Archive) sum(e *Entry) uint32 {
	h := crc32.NewIEEE()
	_, _ = io.Copy(h, a.Raw(e))
	return h.Sum32()
}

// Sniff tells by the ends of a file whether some reader takes it for an archive. A tar
// archive whose last file is a zip is none: its entries are handed back by their own.
func Sniff(head, tail []byte, size int64) bool {
	for _, sign := range []string{signLocal, signEnd, signDescriptor, "PK00PK\x03\x04"} {
		if bytes.HasPrefix(head, []byte(sign)) {
			return true
		}
	}
	if len(head) >= 262 && string(head[257:262]) == "ustar" {
		return false
	}
	return endsAsZip(tail, size)
}

// endsAsZip tells whether a tail has an end record whose directory stands where the
// record or what is left of the tail says.
func endsAsZip(tail []byte, size int64) bool {
	for i := bytes.LastIndex(tail, []byte(signEnd)); i >= 0; i = bytes.LastIndex(tail[:i], []byte(signEnd)) {
		if len(tail)-i < endSize {
			continue
		}
		at := int64(i) - int64(binary.LittleEndian.Uint32(tail[i+12:]))
		if at < 0 { // outside the tail: believe a directory that has room
			return at+size-int64(len(tail)) >= 0 && int64(binary.LittleEndian.Uint16(tail[i+20:])) == int64(len(tail)-i-endSize)
		}
		if bytes.HasPrefix(tail[at:], []byte(signCentral)) || bytes.HasPrefix(tail[max(0, i-locatorSize):], []byte(signLocator)) {
			return true
		}
	}
	return false
}
