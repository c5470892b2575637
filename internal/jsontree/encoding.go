package jsontree

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// Decode turns a document into UTF-8, by its byte order mark or else by where its first
// bytes are zero, as Python's json.detect_encoding does.
func Decode(raw []byte) []byte {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe, 0, 0}):
		return decode32(raw[4:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0, 0, 0xfe, 0xff}):
		return decode32(raw[4:], binary.BigEndian)
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}):
		return decode16(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return decode16(raw[2:], binary.BigEndian)
	case bytes.HasPrefix(raw, []byte{0xef, 0xbb, 0xbf}):
		return raw[3:]
	case len(raw) >= 4 && raw[0] == 0:
		if raw[1] == 0 {
			return decode32(raw, binary.BigEndian)
		}
		return decode16(raw, binary.BigEndian)
	case len(raw) >= 4 && raw[1] == 0:
		if raw[2] == 0 && raw[3] == 0 {
			return decode32(raw, binary.LittleEndian)
		}
		return decode16(raw, binary.LittleEndian)
	default:
		return raw
	}
}

func decode16(raw []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, 0, len(raw)/2)
	for ; len(raw) >= 2; raw = raw[2:] {
		units = append(units, order.Uint16(raw))
	}
	return []byte(string(utf16.Decode(units)))
}

func decode32(raw []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(raw)/4)
	for ; len(raw) >= 4; raw = raw[4:] {
		out = utf8.AppendRune(out, rune(order.Uint32(raw)))
	}
	return out
}
