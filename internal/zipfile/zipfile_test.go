package zipfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

type file struct {
	name, text string
	method     uint16
}

// build writes an archive with archive/zip; deflated entries have descriptors.
func build(t testing.TB, files ...file) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		e, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: f.method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(e, f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func read(t testing.TB, data []byte) *Archive {
	t.Helper()
	a, err := Read(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func text(t testing.TB, a *Archive, i int) string {
	t.Helper()
	r, err := a.Open(&a.Entries[i])
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestClean(t *testing.T) {
	data := build(t, file{"m/data.pkl", "one", zip.Store}, file{"m/version", strings.Repeat("3", 1000), zip.Deflate}, file{"m/empty", "", zip.Store})
	a := read(t, data)
	if len(a.Facts) != 0 || len(a.Spans) != 0 || len(a.Entries) != 3 {
		t.Fatalf("facts %v, spans %v, %d entries", a.Facts, a.Spans, len(a.Entries))
	}
	if got := text(t, a, 0); got != "one" {
		t.Errorf("stored entry: %q", got)
	}
	if got := text(t, a, 1); got != strings.Repeat("3", 1000) {
		t.Errorf("deflated entry: %q", got)
	}
	if _, ok := mustOpen(t, a, 0).(*io.SectionReader); !ok {
		t.Error("a stored entry is not read in place")
	}
	if a.Kind() != TorchKind || a.Root() != "m" {
		t.Errorf("kind %q, root %q", a.Kind(), a.Root())
	}
}

func mustOpen(t testing.TB, a *Archive, i int) io.Reader {
	t.Helper()
	r, err := a.Open(&a.Entries[i])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEmpty(t *testing.T) {
	a := read(t, build(t))
	if len(a.Entries)+len(a.Facts)+len(a.Spans) != 0 {
		t.Errorf("%+v", a)
	}
}

// patch replaces bytes at the n-th place where sign stands.
func patch(data []byte, sign string, n, offset int, with ...byte) []byte {
	out := bytes.Clone(data)
	at := -1
	for range n + 1 {
		at += 1 + bytes.Index(out[at+1:], []byte(sign))
	}
	copy(out[at+offset:], with)
	return out
}

func whats(a *Archive) []string {
	var w []string
	for _, f := range a.Facts {
		w = append(w, f.What)
	}
	for _, s := range a.Spans {
		w = append(w, s.Where)
	}
	slices.Sort(w)
	return slices.Compact(w)
}

func TestFacts(t *testing.T) {
	plain := build(t, file{"a", "first", zip.Store}, file{"b", "second", zip.Store})
	le := binary.LittleEndian
	tests := []struct {
		name string
		data []byte
		want []string
	}{
		{"local name", patch(plain, signLocal, 0, 30, 'x'), []string{Mismatch}},
		{"local method", patch(plain, signLocal, 0, 8, 8), []string{Mismatch}},
		{"central method", patch(plain, signCentral, 0, 10, 99), []string{Mismatch}},
		{"central checksum", patch(plain, signCentral, 0, 16, 1, 2, 3, 4), []string{CRC}},
		{"checksum behind the data", patch(plain, signDescriptor, 0, 4, 1, 2, 3, 4), []string{CRC}},
		{"attribute of a folder", patch(plain, signCentral, 0, 38, 0x10), []string{Mismatch}},
		{"disk of an entry", patch(plain, signCentral, 0, 34, 1), []string{Disk}},
		{"disk", patch(plain, signEnd, 0, 4, 1), []string{Disk}},
		{"disk of the directory", patch(plain, signEnd, 0, 6, 1), []string{Disk}},
		{"count on this disk", patch(plain, signEnd, 0, 8, 1), []string{Directory}},
		{"encrypted flag", patch(plain, signCentral, 0, 8, 9), []string{Flag}},
		{"version", patch(plain, signCentral, 0, 6, 90), []string{Version}},
		{"no UTF-8", patch(patch(plain, signCentral, 0, 8, 0, 8), signCentral, 0, 46, 0xff), []string{Flag, Mismatch}},
		{"padding", append(plain[:bytes.Index(plain, []byte(signCentral)):bytes.Index(plain, []byte(signCentral))], rebased(plain, 100)...), nil},
		{"count", patch(plain, signEnd, 0, 8, 1, 0, 1), []string{Directory}},
		{"central name", patch(plain, signCentral, 1, 46, 'a'), []string{Duplicate, Mismatch}},
		{"case", build(t, file{"a", "1", 0}, file{"A", "2", 0}), []string{Case}},
		{"slashes", build(t, file{"x/a", "1", 0}, file{`x\a`, "2", 0}), []string{Duplicate}},
		{"duplicate", build(t, file{"a", "1", 0}, file{"a", "2", 0}), []string{Duplicate}},
		{"prefix", append([]byte("#!/bin/sh\n"), plain...), []string{"prefix"}},
		{"suffix", append(bytes.Clone(plain), "tail"...), []string{"suffix"}},
		{"two archives", append(build(t, file{"c", "3", 0}), plain...), []string{Directory, "gap"}},
		{"no directory", plain[:bytes.Index(plain, []byte(signCentral))], []string{Truncated}},
		{"no local header", patch(plain, signLocal, 0, 0, 'x'), []string{"prefix", Truncated}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := whats(read(t, tt.data)); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v: %v %v", got, tt.want, read(t, tt.data).Facts, read(t, tt.data).Spans)
			}
		})
	}
	t.Run("comment", func(t *testing.T) {
		data := append(bytes.Clone(plain), "cos\nsystem\n."...)
		le.PutUint16(data[len(plain)-2:], uint16(len(data)-len(plain)))
		a := read(t, data)
		if got := whats(a); !slices.Equal(got, []string{"comment"}) || a.Spans[0].Size != 12 {
			t.Errorf("got %v %v", got, a.Spans)
		}
	})
}

// rebased is n zeros and the directory of an archive, moved as far.
func rebased(data []byte, n int) []byte {
	at := bytes.Index(data, []byte(signCentral))
	out := append(make([]byte, n), data[at:]...)
	binary.LittleEndian.PutUint32(out[len(out)-6:], uint32(at+n))
	return out
}

func TestExtraFields(t *testing.T) {
	tests := []struct {
		name  string
		extra []byte
		want  []string
	}{
		{"a", []byte{0x55, 0x54, 5, 0, 1, 2, 3, 4, 5}, nil},
		{"a", append([]byte{0x75, 0x70, 6, 0, 1, 0, 0, 0, 0}, "a"...), nil},
		{"a", append([]byte{0x75, 0x70, 6, 0, 1, 0, 0, 0, 0}, "b"...), []string{Mismatch}},
		{"\x81", append([]byte{0x75, 0x70, 7, 0, 1, 0, 0, 0, 0}, "ü"...), nil},
		{"a", append([]byte{'F', 'B', 4, 0}, "ZZZZ"...), nil},
		{"a", append([]byte{'F', 'B', 4, 0}, "N..."...), []string{Extra}},
		{"a", append([]byte{0x99, 0x99, 65, 0}, make([]byte, 65)...), []string{Extra}},
		{"a", append([]byte{0x20, 0xa2, 200, 0, 0x28, 0xa0, 196, 0}, make([]byte, 196)...), nil},
		{"a", append([]byte{0x20, 0xa2, 6, 0, 0x28, 0xa0, 2, 0}, "hi"...), []string{Extra}},
		{"a", []byte{0x55, 0x54, 200, 0, 1}, []string{Extra}},
	}
	for _, tt := range tests {
		var buf bytes.Buffer
		w := zip.NewWriter(&buf)
		if _, err := w.CreateRaw(&zip.FileHeader{Name: tt.name, Extra: tt.extra, NonUTF8: true}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := whats(read(t, buf.Bytes())); !slices.Equal(got, tt.want) {
			t.Errorf("%q %x: got %v, want %v", tt.name, tt.extra, got, tt.want)
		}
	}
}

func TestHiddenEntry(t *testing.T) {
	// The directory of an archive of three names the outer two.
	data := build(t, file{"a", "1", 0}, file{"secret", "2", zip.Deflate}, file{"c", "3", 0})
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	middle := bytes.LastIndex(data[:at], []byte("PK\x01\x02"))
	end := bytes.LastIndex(data, []byte(signEnd))
	out := slices.Concat(data[:middle], data[at:end], data[end:])
	tail := out[len(out)-endSize:]
	tail[8], tail[10] = 2, 2
	binary.LittleEndian.PutUint32(tail[12:], uint32(middle-bytes.Index(data, []byte("PK\x01\x02"))+end-at))
	a := read(t, out)
	if got := whats(a); !slices.Equal(got, []string{Hidden}) {
		t.Fatalf("got %v: %v %v", got, a.Facts, a.Spans)
	}
	i := slices.IndexFunc(a.Entries, func(e Entry) bool { return e.Name == "secret" })
	if i < 0 || !a.Entries[i].Local || text(t, a, i) != "2" {
		t.Errorf("entries %+v", a.Entries)
	}
}

func TestLocalEntryOfAnotherSize(t *testing.T) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	e, err := w.CreateRaw(&zip.FileHeader{Name: "a", CompressedSize64: 11, UncompressedSize64: 11})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(e, "firstsecond")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a := read(t, patch(buf.Bytes(), signCentral, 0, 20, 5))
	if len(a.Entries) != 2 || !a.Entries[1].Shadow || text(t, a, 0) != "first" || text(t, a, 1) != "firstsecond" {
		t.Errorf("%+v", a.Entries)
	}
	if got := whats(a); !slices.Equal(got, []string{"gap", Mismatch}) {
		t.Errorf("got %v", got)
	}
}

func TestNestedArchiveIsNoConflict(t *testing.T) {
	inner := build(t, file{"x", "y", 0})
	if got := whats(read(t, build(t, file{"in.zip", string(inner), zip.Store}))); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestHand(t *testing.T) {
	plain := build(t, file{"a", "first", zip.Store}, file{"b", strings.Repeat("x", 99), zip.Deflate})
	hand := func(data []byte, i int) (string, Handed) {
		a := read(t, data)
		var got string
		h := a.Hand(&a.Entries[i], func(name string, size int64, r io.Reader) {
			b, _ := io.ReadAll(r)
			got = string(b)
		})
		return got, h
	}
	tests := []struct {
		name  string
		data  []byte
		entry int
		want  string
		odd   string
		err   error
	}{
		{"stored", plain, 0, "first", "", nil},
		{"deflated", plain, 1, strings.Repeat("x", 99), "", nil},
		{"checksum of stored", patch(plain, signCentral, 0, 16, 1), 0, "first", "crc", nil},
		{"checksum of deflated", patch(plain, signCentral, 1, 16, 1), 1, strings.Repeat("x", 99), "crc", nil},
		{"size", patch(plain, signCentral, 1, 24, 98), 1, strings.Repeat("x", 99), "size", nil},
		{"flag alone", patch(plain, signCentral, 0, 8, 9), 0, "first", "", nil},
		{"encrypted", patch(patch(plain, signCentral, 0, 8, 9), signCentral, 0, 16, 1), 0, "first", "", ErrEncrypted},
		{"stored under another method", patch(plain, signCentral, 0, 10, 99), 0, "first", "method", nil},
		{"unknown method", patch(plain, signCentral, 1, 10, 99), 1, "", "", ErrMethod},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, h := hand(tt.data, tt.entry)
			if tt.want != "" && got != tt.want || h.Anomaly != tt.odd || !errors.Is(h.Err, tt.err) {
				t.Errorf("got %q, %+v", got, h)
			}
		})
	}
}

// TestTorchLayout reads what torch's writer makes: padding to 64 bytes in an extra field
// of the local header, sizes that follow the data in 64 bits, and the 64-bit extra field
// in one of the headers alone.
func TestTorchLayout(t *testing.T) {
	le := binary.LittleEndian
	header := func(sign string, extra []byte, sizes uint32, offset int) []byte {
		b := []byte(sign)
		if sign == signCentral {
			b = append(b, 0, 0)
		}
		b = append(b, 0, 0, 8, 8, 0, 0, 0, 0, 0, 0)
		crc := uint32(0)
		if sign == signCentral {
			crc = 0x8c736521 // of "foo"
		}
		b = le.AppendUint32(b, crc)
		b = le.AppendUint32(le.AppendUint32(b, sizes), sizes)
		b = le.AppendUint16(le.AppendUint16(b, 3), uint16(len(extra)))
		if sign == signCentral {
			b = le.AppendUint32(append(b, make([]byte, 10)...), uint32(offset))
		}
		return append(append(b, "m/a"...), extra...)
	}
	padding := append([]byte{'F', 'B', 27, 0}, bytes.Repeat([]byte("Z"), 27)...)
	wide := []byte{1, 0, 16, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0}
	descriptor := le.AppendUint32([]byte(signDescriptor), 0x8c736521)
	for range 2 {
		descriptor = le.AppendUint64(descriptor, 3)
	}
	for name, tt := range map[string][2][]byte{
		"local":   {header(signLocal, padding, 0, 0), header(signCentral, nil, 3, 0)},
		"central": {header(signLocal, padding, 0, 0), header(signCentral, wide, 0xffffffff, 0)},
		"both":    {header(signLocal, append(padding, wide...), 0xffffffff, 0), header(signCentral, nil, 3, 0)},
	} {
		data := slices.Concat(tt[0], []byte("foo"), descriptor)
		at := len(data)
		data = append(data, tt[1]...)
		data = append(data, signEnd...)
		data = append(data, 0, 0, 0, 0, 1, 0, 1, 0)
		data = le.AppendUint32(data, uint32(len(tt[1])))
		data = append(le.AppendUint32(data, uint32(at)), 0, 0)
		a := read(t, data)
		if got := whats(a); got != nil || len(a.Entries) != 1 || text(t, a, 0) != "foo" {
			t.Errorf("%s: %v %+v %v", name, a.Facts, a.Entries, a.Spans)
		}
	}
}

func TestKind(t *testing.T) {
	tests := []struct {
		names []string
		want  string
	}{
		{[]string{"archive/data.pkl", "archive/version"}, TorchKind},
		{[]string{"data.pkl"}, TorchKind},
		{[]string{"x/DATA.PKL"}, TorchKind},
		{[]string{"config.json", "metadata.json", "model.weights.h5"}, KerasKind},
		{[]string{"a.npy", "b.npy"}, NpzKind},
		{[]string{"a.npy", "b.txt"}, PlainKind},
		{nil, PlainKind},
	}
	for _, tt := range tests {
		var files []file
		for _, n := range tt.names {
			files = append(files, file{n, "x", 0})
		}
		if got := read(t, build(t, files...)).Kind(); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.names, got, tt.want)
		}
	}
}

func TestSniff(t *testing.T) {
	plain := build(t, file{"a", "1", 0})
	for name, tt := range map[string]struct {
		data []byte
		want bool
	}{
		"archive": {plain, true},
		"prefix":  {append([]byte("GIF89a"), plain...), true},
		"suffix":  {append(append([]byte("GIF89a"), plain...), "more"...), true},
		"text":    {[]byte("PK\x05\x06 is the signature"), true},
		"none":    {[]byte("the signature is PK\x05\x06, as everybody knows"), false},
		"short":   {[]byte("x"), false},
	} {
		if got := Sniff(tt.data, tt.data, int64(len(tt.data))); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// FuzzRead holds the reader to archive/zip and to its own bounds.
func FuzzRead(f *testing.F) {
	plain := build(f, file{"a", "first", zip.Store}, file{"b/c", "second", zip.Deflate})
	f.Add(plain)
	f.Add(append([]byte("prefix"), plain...))
	f.Add(plain[:len(plain)-endSize])
	f.Add(append(bytes.Clone(plain), plain...))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Read(t.Context(), bytes.NewReader(data), int64(len(data)))
		if err != nil {
			if judge, jerr := zip.NewReader(bytes.NewReader(data), int64(len(data))); jerr == nil && len(judge.File) > 0 {
				t.Fatalf("archive/zip reads %d files, this %v", len(judge.File), err)
			}
			return
		}
		size := int64(len(data))
		for i := range a.Entries {
			e := &a.Entries[i]
			if e.Data < 0 || e.Compressed < 0 || e.Data+e.Compressed > size && !e.Missing {
				t.Fatalf("%+v in %d bytes", *e, size)
			}
			if !e.Missing {
				a.Hand(e, func(_ string, _ int64, r io.Reader) { _, _ = io.Copy(io.Discard, io.LimitReader(r, 1<<20)) })
			}
		}
		for _, s := range a.Spans {
			if s.Offset < 0 || s.Size <= 0 || s.Offset+s.Size > size {
				t.Fatalf("%+v in %d bytes", s, size)
			}
		}
		if judge, err := zip.NewReader(bytes.NewReader(data), size); err == nil && a.Unfinished == "" {
			against(t, "fuzz", a, judge)
		}
	})
}
