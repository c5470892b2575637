package zip_test

import (
	stdzip "archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/zip"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/modeltest"
	"github.com/modelgate/gate/internal/zipfile"
)

func build(t testing.TB, headers ...stdzip.FileHeader) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := stdzip.NewWriter(&buf)
	for _, h := range headers {
		e, err := w.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(e, h.Comment)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// file makes an entry whose text is also its comment, so that build can write it.
func file(name, text string, method uint16) stdzip.FileHeader {
	return stdzip.FileHeader{Name: name, Comment: text, Method: method}
}

func plain(t testing.TB) []byte {
	data := build(t, stdzip.FileHeader{Name: "a"}, stdzip.FileHeader{Name: "b", Method: stdzip.Deflate})
	return data
}

func names(r *checktest.Record) []string {
	var n []string
	for _, c := range r.Children {
		n = append(n, c.Name)
	}
	return n
}

func TestClean(t *testing.T) {
	data := plain(t)
	if !checktest.Wants(zip.Inspector{}, "m.bin", data) {
		t.Fatal("not wanted")
	}
	r := checktest.Inspect(t, zip.Inspector{}, "m.bin", data)
	if got := names(r); !slices.Equal(got, []string{"a", "b"}) || len(r.Evidence) != 0 || r.State != gate.Verified || r.FormatName != "zip" {
		t.Errorf("%q %s %s", got, r.State, checktest.JSON(r.Evidence))
	}
}

func TestCommentsAreHandedBack(t *testing.T) {
	r := checktest.Inspect(t, zip.Inspector{}, "m.zip", build(t, file("a", "cos\nsystem\n(S'x'\ntR.", stdzip.Store)))
	if got := names(r); !slices.Equal(got, []string{"a", "[comment 0]"}) || string(r.Children[1].Data) != string(r.Children[0].Data) {
		t.Errorf("%q", got)
	}
	if r.State != gate.Unproven {
		t.Errorf("state %s", r.State)
	}
}

func TestTorchEntriesAreLeftToTheirInspector(t *testing.T) {
	r := checktest.Inspect(t, zip.Inspector{}, "m.pt", build(t, stdzip.FileHeader{Name: "m/data.pkl"}, stdzip.FileHeader{Name: "m/../x"}))
	if len(r.Children) != 0 || r.FormatName != "" {
		t.Errorf("%q %q", names(r), r.FormatName)
	}
	if e := checktest.Of[archive.Entry](r, archive.KindEntry); len(e) != 1 || e[0].Problem != "parent" {
		t.Errorf("%+v", e)
	}
}

func TestFormats(t *testing.T) {
	for want, names := range map[string][]string{
		"zip": {"a"}, "npz": {"a.npy", "b.npy"}, "keras": {"config.json", "metadata.json", "model.weights.h5"}, "": {"m/data.pkl"},
	} {
		var headers []stdzip.FileHeader
		for _, n := range names {
			headers = append(headers, stdzip.FileHeader{Name: n})
		}
		if r := checktest.Inspect(t, zip.Inspector{}, "m", build(t, headers...)); r.FormatName != want {
			t.Errorf("%v: got %q, want %q", names, r.FormatName, want)
		}
	}
}

func TestEntries(t *testing.T) {
	link := stdzip.FileHeader{Name: "l", Comment: "../../etc/passwd"}
	link.SetMode(0o777 | 1<<27) // fs.ModeSymlink
	inside := stdzip.FileHeader{Name: "d/l", Comment: "../a"}
	inside.SetMode(0o777 | 1<<27)
	tests := []struct {
		header stdzip.FileHeader
		want   string
	}{
		{stdzip.FileHeader{Name: "a/b"}, ""},
		{stdzip.FileHeader{Name: `a\b`}, ""},
		{stdzip.FileHeader{Name: "../b"}, "parent"},
		{stdzip.FileHeader{Name: "/b"}, "absolute"},
		{stdzip.FileHeader{Name: "c:b"}, "drive"},
		{stdzip.FileHeader{Name: "a\x00b"}, "nul"},
		{link, "link"},
		{inside, ""},
	}
	for _, tt := range tests {
		r := checktest.Inspect(t, zip.Inspector{}, "m.zip", build(t, tt.header))
		got := ""
		for _, e := range checktest.Of[archive.Entry](r, archive.KindEntry) {
			got += e.Problem
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.header.Name, got, tt.want)
		}
	}
}

func TestConflictsAndAnomalies(t *testing.T) {
	renamed := plain(t)
	renamed[30] = 'x'
	version := plain(t)
	version[bytes.Index(version, []byte("PK\x01\x02"))+6] = 90
	method := build(t, stdzip.FileHeader{Name: "a", Method: stdzip.Deflate})
	method[bytes.Index(method, []byte("PK\x01\x02"))+10] = 97
	method[8] = 97
	commented := plain(t)
	binary.LittleEndian.PutUint16(commented[len(commented)-2:], 4)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"duplicate", build(t, stdzip.FileHeader{Name: "a"}, stdzip.FileHeader{Name: "a"}), "conflict duplicate"},
		{"name", renamed, "conflict mismatch"},
		{"case", build(t, stdzip.FileHeader{Name: "a"}, stdzip.FileHeader{Name: "A"}), "anomaly case"},
		{"case in torch", build(t, stdzip.FileHeader{Name: "m/data.pkl"}, stdzip.FileHeader{Name: "m/DATA.pkl"}), "conflict case"},
		{"version", version, "anomaly version"},
		{"comment", append(commented, "text"...), "anomaly comment"},
		{"script before", append([]byte("#!/bin/sh\n"), plain(t)...), "anomaly prefix"},
		{"pickle before", append([]byte("\x80\x02]."), plain(t)...), "anomaly prefix conflict polyglot"},
		{"behind", append(plain(t), "text"...), "anomaly suffix"},
		{"method", method, "incomplete"},
		{"no directory", plain(t)[:40], "anomaly gap malformed"},
		{"nothing", []byte("PK\x03\x04"), "malformed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := checktest.Inspect(t, zip.Inspector{}, "m.zip", tt.data)
			if got := told(r); got != tt.want {
				t.Errorf("got %q, want %q: %s", got, tt.want, checktest.JSON(r.Evidence))
			}
		})
	}
}

// told sums up the evidence.
func told(r *checktest.Record) string {
	var words []string
	for _, e := range r.Evidence {
		switch d := e.Data.(type) {
		case archive.Conflict:
			words = append(words, "conflict "+d.What)
		case archive.Anomaly:
			words = append(words, "anomaly "+d.Problem)
		case gate.Malformed:
			words = append(words, "malformed")
		case gate.Incomplete:
			words = append(words, "incomplete")
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func TestHiddenEndsAreHandedBack(t *testing.T) {
	pickle := "cos\nsystem\n."
	r := checktest.Inspect(t, zip.Inspector{}, "m.zip", append(append([]byte(pickle), plain(t)...), pickle...))
	found := 0
	for _, c := range r.Children {
		if string(c.Data) == pickle {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d of 2 among %q", found, names(r))
	}
}

// TestBytesBehindDeflatedData holds that what stands behind the end of deflated data, and
// still in the data of its entry, is handed back.
func TestBytesBehindDeflatedData(t *testing.T) {
	const pickle = "cos\nsystem\n."
	var data, archived bytes.Buffer
	d, err := flate.NewWriter(&data, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(d, "text")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	data.WriteString(pickle)
	w := stdzip.NewWriter(&archived)
	e, err := w.CreateRaw(&stdzip.FileHeader{
		Name: "a", Method: stdzip.Deflate, CRC32: crc32.ChecksumIEEE([]byte("text")), CompressedSize64: uint64(data.Len()), UncompressedSize64: 4,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = e.Write(data.Bytes())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := checktest.Inspect(t, zip.Inspector{}, "m.zip", archived.Bytes())
	if got := names(r); !slices.Equal(got, []string{"a", "a[suffix]"}) || string(r.Children[1].Data) != pickle || told(r) != "anomaly size" || r.State != gate.Unproven {
		t.Errorf("%q %s %s", got, r.State, checktest.JSON(r.Evidence))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := plain(t)
	r := &checktest.Record{}
	zip.Inspector{}.Inspect(ctx, gate.NewBlob("m.zip", int64(len(data)), bytes.NewReader(data)), r)
	if got := told(r); got != "incomplete" || r.State != gate.Unread {
		t.Errorf("got %q, %s", got, r.State)
	}
}

// owned is the inspector for archives whose format it tells.
type owned struct{ zip.Inspector }

func (o owned) Wants(b *gate.Blob) bool {
	if !o.Inspector.Wants(b) {
		return false
	}
	a, err := zipfile.Read(context.Background(), b, b.Size)
	return err != nil || a.Kind() != zipfile.TorchKind
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, owned{}, "m.zip", plain(f), append([]byte("\x80\x04N."), plain(f)...),
		plain(f)[:60], build(f, file("../a", "comment", stdzip.Deflate)))
}

func TestStackedArchives(t *testing.T) {
	part := modeltest.Zip(modeltest.Entry{Name: "a.txt", Data: []byte("hello")})
	data := append(slices.Clone(part), part...)
	r := checktest.Inspect(t, zip.Inspector{}, "__0_0.distcp", data)
	if r.State != gate.Verified || len(r.Evidence) != 0 || len(r.Children) != 2 || !bytes.Equal(r.Children[1].Data, part) {
		t.Errorf("%s %s", r.State, checktest.JSON(r))
	}
	if r = checktest.Inspect(t, zip.Inspector{}, "m.pt", data); r.State == gate.Verified || len(r.Evidence) == 0 {
		t.Errorf("two readings of one file: %s %s", r.State, checktest.JSON(r))
	}
}
