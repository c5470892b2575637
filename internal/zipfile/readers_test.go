package zipfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestEveryReadersEntries holds that what one reader alone sees is among the entries.
func TestEveryReadersEntries(t *testing.T) {
	two := build(t, file{"a", "first", zip.Store}, file{"b", "second", zip.Store})
	for name, tt := range map[string]struct {
		data []byte
		want string // text of an entry
	}{
		"walked beyond the count":            {patch(two, signEnd, 0, 8, 1, 0, 1, 0), "second"},
		"walked beyond the size":             {patch(two, signEnd, 0, 12, 47), "second"},
		"a comment over the end record":      {patch(two, signCentral, 1, 32, 16), "second"},
		"no name in the local header":        {nameless(two), "first"},
		"a directory behind the end record":  {behindEnd(two), "second"},
		"a directory in the data of another": {masked(t), "second"},
		"a local header in data":             {inData(t), "second"},
	} {
		a := read(t, tt.data)
		found := false
		for i := range a.Entries {
			if !a.Entries[i].Missing && text(t, a, i) == tt.want {
				found = true
			}
		}
		if !found {
			t.Errorf("%s: %+v", name, a.Entries)
		}
		if len(a.Facts) == 0 && name != "no name in the local header" {
			t.Errorf("%s: nothing is stated", name)
		}
	}
}

// nameless makes an extra field of the name of the first local header.
func nameless(data []byte) []byte { return patch(data, signLocal, 0, 26, 0, 0, 1, 0) }

// behindEnd moves the directory into the comment.
func behindEnd(data []byte) []byte {
	at, end := bytes.Index(data, []byte(signCentral)), bytes.Index(data, []byte(signEnd))
	out := slices.Concat(data[:at], data[end:], data[at:end])
	binary.LittleEndian.PutUint32(out[at+16:], uint32(at+endSize))
	binary.LittleEndian.PutUint16(out[at+20:], uint16(end-at))
	return out
}

// masked has one directory where the end record says, whose entry has for data all up to
// the end record, and another right before that.
func masked(t *testing.T) []byte {
	le := binary.LittleEndian
	one, other := build(t, file{"a", strings.Repeat("first", 9), zip.Store}), build(t, file{"b", "second", zip.Store})
	cut := func(z []byte) (locals, central, end []byte) {
		at, eocd := bytes.Index(z, []byte(signCentral)), bytes.Index(z, []byte(signEnd))
		return bytes.Clone(z[:at]), bytes.Clone(z[at:eocd]), bytes.Clone(z[eocd:])
	}
	locals, central, end := cut(one)
	hidden, last, _ := cut(other)
	length := uint32(len(locals) - localSize - 1 + len(hidden) + len(central) + len(last))
	le.PutUint32(central[20:], length)
	le.PutUint32(central[24:], length)
	le.PutUint32(last[42:], uint32(len(locals)-len(hidden))) // from the end, this is where hidden stands
	le.PutUint32(end[12:], uint32(len(last)))
	le.PutUint32(end[16:], uint32(len(locals)))
	return slices.Concat(locals, central, hidden, last, end)
}

// inData has an entry whose local header says that it is shorter, and behind that another
// local header.
func inData(t *testing.T) []byte {
	hidden := build(t, file{"b", "second", zip.Store})
	hidden = hidden[:bytes.Index(hidden, []byte(signCentral))]
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	n := uint64(5 + len(hidden))
	e, err := w.CreateRaw(&zip.FileHeader{Name: "a", CompressedSize64: n, UncompressedSize64: n})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = e.Write(append([]byte("first"), hidden...))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return patch(patch(buf.Bytes(), signLocal, 0, 18, 5), signLocal, 0, 22, 5)
}

func TestBehindDeflatedData(t *testing.T) {
	z := build(t, file{"a", strings.Repeat("x", 99), zip.Deflate}, file{"b", "more than it seems", zip.Store})
	a := read(t, z)
	e := &a.Entries[0]
	e.Compressed = a.Entries[1].end - e.Data // as a directory could say
	got := ""
	h := a.Hand(e, func(name string, _ int64, r io.Reader) {
		b, _ := io.ReadAll(r)
		got += name + string(b)
	})
	if got != "a"+strings.Repeat("x", 99) || h.Anomaly != "size" || h.Rest == nil {
		t.Fatalf("%q %+v", got, h)
	}
	if rest, err := io.ReadAll(h.Rest); err != nil || !strings.HasSuffix(string(rest), "more than it seems") {
		t.Errorf("%q %v", rest, err)
	}
}

// wide adds the end record in 64 bits to an archive, as torch writes it beside the other.
func wide(data []byte) []byte {
	le := binary.LittleEndian
	at := bytes.LastIndex(data, []byte(signEnd))
	end := data[at:]
	b := append(bytes.Clone(data[:at]), signEnd64...)
	b = le.AppendUint64(b, end64Size-12)
	b = append(b, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for range 2 {
		b = le.AppendUint64(b, uint64(le.Uint16(end[10:])))
	}
	b = le.AppendUint64(b, uint64(le.Uint32(end[12:])))
	b = le.AppendUint64(b, uint64(le.Uint32(end[16:])))
	b = append(b, signLocator...)
	b = le.AppendUint64(append(b, 0, 0, 0, 0), uint64(at))
	return append(append(b, 1, 0, 0, 0), end...)
}

func TestWideEndRecord(t *testing.T) {
	plain := wide(build(t, file{"a", "first", zip.Store}, file{"b", "second", zip.Store}))
	for name, tt := range map[string]struct {
		data []byte
		want []string
	}{
		"plain":               {plain, nil},
		"disk":                {patch(plain, signEnd64, 0, 16, 1), []string{Disk}},
		"count":               {patch(plain, signEnd64, 0, 24, 1, 0, 0, 0, 0, 0, 0, 0, 1), []string{Directory}},
		"count on this disk":  {patch(plain, signEnd64, 0, 24, 1), []string{Directory}},
		"size":                {patch(plain, signEnd64, 0, 40, 1), []string{Directory}},
		"length":              {patch(plain, signEnd64, 0, 4, 43), []string{Directory}},
		"disk of the locator": {patch(plain, signLocator, 0, 4, 2), []string{Disk}},
		"locator":             {patch(plain, signLocator, 0, 8, 1), []string{Directory}},
		"offset in 32 bits":   {patch(plain, signEnd, 0, 16, 1), []string{Directory}},
		"wide without others": {patch(plain, signEnd, 0, 8, bytes.Repeat([]byte{0xff}, 12)...), nil},
	} {
		a := read(t, tt.data)
		if got := whats(a); !slices.Equal(got, tt.want) || len(a.Entries) != 2 {
			t.Errorf("%s: got %v, want %v: %v", name, got, tt.want, a.Facts)
		}
	}
}
