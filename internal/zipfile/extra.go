package zipfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The extra fields that are known.
const (
	extraZip64   = 0x0001
	extraPadding = 0x4246 // "FB": torch aligns its records with it
	extraPath    = 0x7075 // a name in UTF-8 beside that of the header
	extraAlign   = 0xd935 // Android's padding
	extraGrowth  = 0xa220 // room that office documents leave for their entries to grow
)

// maxExtra is the length from which an unknown extra field is worth a fact.
const maxExtra = 64

// extraInfo is what the extra fields of a header say beside the sizes.
type extraInfo struct {
	path    []byte // the other name
	payload uint16 // the id of a field that holds more than it should
	broken  bool   // a length does not fit
}

// readExtra reads extra fields and replaces those of the numbers, given in the order of
// the 64-bit field, that say that their value stands there.
func readExtra(b []byte, numbers ...*int64) extraInfo {
	le := binary.LittleEndian
	var info extraInfo
	for len(b) >= 4 {
		id, n := le.Uint16(b), int(le.Uint16(b[2:]))
		if b = b[4:]; n > len(b) {
			info.broken = true
			return info
		}
		field := b[:n]
		b = b[n:]
		switch {
		case id == extraZip64:
			for _, p := range numbers {
				if *p == 0xffffffff && len(field) >= 8 {
					*p = int64(le.Uint64(field))
					field = field[8:]
				}
			}
		case id == extraPath && n > 5:
			info.path = field[5:]
		case id == extraPadding && len(bytes.Trim(field, "Z")) > 0,
			id == extraAlign && n > 2 && len(bytes.Trim(field[2:], "\x00")) > 0,
			id == extraGrowth && n > 4 && len(bytes.Trim(field[4:], "\x00")) > 0,
			id != extraPadding && id != extraAlign && id != extraGrowth && n > maxExtra:
			info.payload = id
		}
	}
	info.broken = info.broken || len(bytes.Trim(b, "\x00")) > 0
	return info
}

func (a *Archive) extraFacts(e *Entry, x extraInfo, at int64) {
	// A name that is not ASCII, or was made so with "?", is what the field is for.
	if x.path != nil && string(x.path) != e.Name && ascii(e.Name) {
		a.fact(Mismatch, e.Name, fmt.Sprintf("name %q", e.Name), fmt.Sprintf("name %q", x.path), at)
	}
	if x.payload != 0 {
		a.fact(Extra, e.Name, fmt.Sprintf("field 0x%04x", x.payload), "", at)
	}
	if x.broken {
		a.fact(Extra, e.Name, "a length that does not fit", "", at)
	}
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || r == '?' })
}
