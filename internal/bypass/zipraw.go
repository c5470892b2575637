package bypass

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// member is an entry of an archive whose two headers need not agree.
type member struct {
	name, data string
	local      string // the name in the local header; empty for name
	method     uint16
	deflated   bool // data is compressed by method 8

	flags, localFlags uint16
	version           uint16
	crc, localCRC     uint32 // xored to the true ones
	disk              uint16
	attributes        uint32
	extra             string // in the central header
	hidden            bool   // has no central entry
}

// archive builds a zip archive; the rest of its structure is sound.
func zipOf(members ...member) string { return zipBehind("", "", members...) }

// zipBehind is an archive behind a prefix, with offsets from the start of the file, and
// with a comment.
func zipBehind(prefix, comment string, members ...member) string {
	le := binary.LittleEndian
	b := []byte(prefix)
	var central []byte
	count := 0
	for _, m := range members {
		at := len(b)
		data := m.data
		if m.deflated {
			m.method, data = 8, deflated(m.data)
		}
		crc := crc32.ChecksumIEEE([]byte(m.data))
		local := m.local
		if local == "" {
			local = m.name
		}
		version := max(m.version, 20)
		head := func(magic string, madeBy bool, flags uint16, crc uint32, name, extra string) []byte {
			h := []byte(magic)
			if madeBy {
				h = le.AppendUint16(h, 3<<8|version)
			}
			h = le.AppendUint16(h, version)
			h = le.AppendUint16(h, flags)
			h = le.AppendUint16(h, m.method)
			h = le.AppendUint32(h, 0x58210000) // a time and a day
			h = le.AppendUint32(h, crc)
			h = le.AppendUint32(h, uint32(len(data)))
			h = le.AppendUint32(h, uint32(len(m.data)))
			h = le.AppendUint16(h, uint16(len(name)))
			return le.AppendUint16(h, uint16(len(extra)))
		}
		b = append(b, head("PK\x03\x04", false, m.flags|m.localFlags, crc^m.localCRC, local, "")...)
		b = append(b, local...)
		b = append(b, data...)
		if m.hidden {
			continue
		}
		count++
		central = append(central, head("PK\x01\x02", true, m.flags, crc^m.crc, m.name, m.extra)...)
		central = le.AppendUint16(central, 0)
		central = le.AppendUint16(central, m.disk)
		central = le.AppendUint16(central, 0)
		central = le.AppendUint32(central, m.attributes)
		central = le.AppendUint32(central, uint32(at))
		central = append(central, m.name...)
		central = append(central, m.extra...)
	}
	start := len(b)
	b = append(b, central...)
	b = append(b, "PK\x05\x06\x00\x00\x00\x00"...)
	b = le.AppendUint16(b, uint16(count))
	b = le.AppendUint16(b, uint16(count))
	b = le.AppendUint32(b, uint32(len(central)))
	b = le.AppendUint32(b, uint32(start))
	b = le.AppendUint16(b, uint16(len(comment)))
	return string(append(b, comment...))
}

func deflated(s string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = w.Write([]byte(s))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("writing to memory: " + err.Error())
	}
	return b.String()
}

// torchZip is a checkpoint with a pickle and no storage.
func torchZip(pickle string, more ...member) []byte {
	return []byte(zipOf(append([]member{
		{name: "archive/data.pkl", data: pickle}, {name: "archive/byteorder", data: "little"}, {name: "archive/version", data: "3\n"},
	}, more...)...))
}

// checkpoint is a sound checkpoint of four floats, with further entries.
func checkpoint(more ...member) []byte {
	members := []member{
		{name: "archive/data.pkl", data: string(modeltest.StateDict(4))}, {name: "archive/byteorder", data: "little"},
		{name: "archive/data/0", data: strings.Repeat("\x00", 16)}, {name: "archive/version", data: "3\n"},
	}
	return []byte(zipOf(append(members, more...)...))
}

// Deflated is an archive of one entry whose compressed data is given.
func Deflated(name, compressed string, size uint32) string {
	z := []byte(zipOf(member{name: name, data: compressed}))
	for magic, at := range map[string]int{"PK\x03\x04": 8, "PK\x01\x02": 10} {
		i := bytes.LastIndex(z, []byte(magic))
		binary.LittleEndian.PutUint16(z[i+at:], 8)
		binary.LittleEndian.PutUint32(z[i+at+14:], size)
	}
	return string(z)
}
