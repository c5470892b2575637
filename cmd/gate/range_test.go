package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/bypass"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/checktest/corpus"
	"github.com/modelgate/gate/internal/modeltest"
	"github.com/modelgate/gate/internal/scan"
)

// ranged is a file system of one file that can be read at offsets only, as one that lies
// behind a network can.
type ranged struct {
	name string
	size int64
	at   io.ReaderAt
}

func (r ranged) Open(name string) (fs.File, error) {
	switch name {
	case ".":
		return fstest.MapFS{r.name: {}}.Open(".")
	case r.name:
		return rangedFile{r}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir implements fs.ReadDirFS.
func (r ranged) ReadDir(string) ([]fs.DirEntry, error) {
	return []fs.DirEntry{fs.FileInfoToDirEntry(rangedInfo(r))}, nil
}

type rangedFile struct{ ranged }

func (f rangedFile) Stat() (fs.FileInfo, error)                    { return rangedInfo(f.ranged), nil }
func (f rangedFile) Read([]byte) (int, error)                      { return 0, errors.New("read without an offset") }
func (f rangedFile) Close() error                                  { return nil }
func (f rangedFile) ReadAt(p []byte, off int64) (n int, err error) { return f.at.ReadAt(p, off) }

type rangedInfo ranged

func (i rangedInfo) Name() string     { return i.name }
func (i rangedInfo) Size() int64      { return i.size }
func (rangedInfo) Mode() fs.FileMode  { return 0o644 }
func (rangedInfo) ModTime() time.Time { return time.Time{} }
func (rangedInfo) IsDir() bool        { return false }
func (rangedInfo) Sys() any           { return nil }

// pieces serves a file in pieces of 4 KiB, and says EOF with the last byte, which an
// io.ReaderAt may do and a file never does.
type pieces []byte

func (s pieces) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if off+int64(n) >= int64(len(s)) {
			return n, io.EOF
		}
		at := off + int64(n)
		n += copy(p[n:min(len(p), n+4<<10)], s[at:])
	}
	if off+int64(n) == int64(len(s)) {
		return n, io.EOF
	}
	return n, nil
}

func scanOne(t *testing.T, name string, size int64, at io.ReaderAt) *scan.Result {
	t.Helper()
	r, err := scan.Tree(context.Background(), ranged{name, size, at}, scan.Options{Inspectors: checks.Inspectors(), Models: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sameInPieces fails where a file that is read in pieces yields other evidence.
func sameInPieces(t *testing.T, label, path string, data []byte) {
	t.Helper()
	name := path[strings.LastIndexByte(path, '/')+1:]
	whole := scanOne(t, name, int64(len(data)), bytes.NewReader(data))
	parts := scanOne(t, name, int64(len(data)), pieces(data))
	whole.Stats, parts.Stats = gate.Stats{}, gate.Stats{}
	if !reflect.DeepEqual(whole, parts) {
		t.Errorf("%s: read in pieces it yields\n%s\nand whole\n%s", label, checktest.JSON(parts.Evidence), checktest.JSON(whole.Evidence))
	}
}

func TestReadingInPieces(t *testing.T) {
	for _, r := range bypass.Recipes() {
		for _, f := range r.Files {
			sameInPieces(t, r.ID(), f.Name, f.Data)
		}
	}
}

func TestReadingTheCorpusInPieces(t *testing.T) {
	for _, f := range corpus.Files(t, "") {
		sameInPieces(t, f.Path, f.Path, f.Data)
	}
}

// sparse is a file of zeros but for some parts.
type sparse struct {
	size  int64
	parts map[int64]string
}

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	n := int(max(0, min(int64(len(p)), s.size-off)))
	clear(p[:n])
	for at, part := range s.parts {
		from, to := max(at, off), min(at+int64(len(part)), off+int64(n))
		if from < to {
			copy(p[from-off:], part[from-at:to-at])
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// sparseTorch is a checkpoint of one tensor of two gigabytes.
func sparseTorch() sparse {
	const record = 2<<30 - 4<<10
	pickle := modeltest.StateDict(record / 4)
	small := string(modeltest.Zip(
		modeltest.Entry{Name: "archive/data.pkl", Data: pickle}, modeltest.Entry{Name: "archive/version", Data: []byte("3\n")},
		modeltest.Entry{Name: "archive/data/0", Data: []byte{}},
	))
	directory := strings.Index(small, "PK\x01\x02")
	front, back := []byte(small[:directory]), []byte(small[directory:])
	sizes := func(b []byte, at int) {
		binary.LittleEndian.PutUint32(b[at:], record)
		binary.LittleEndian.PutUint32(b[at+4:], record)
	}
	local, central := bytes.LastIndex(front, []byte("PK\x03\x04")), bytes.LastIndex(back, []byte("PK\x01\x02"))
	descriptor := len(front) // the writer may put one behind the data
	if i := bytes.LastIndex(front, []byte("PK\x07\x08")); i > local {
		descriptor = i
		sizes(front, i+8)
	}
	sizes(front, local+18)
	sizes(back, central+20)
	end := bytes.Index(back, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint32(back[end+16:], uint32(directory+record))
	at := int64(descriptor)
	return sparse{int64(len(small)) + record, map[int64]string{0: string(front[:descriptor]), at + record: string(front[descriptor:]) + string(back)}}
}

// sparsePickle is a pickle of two gigabytes of protocol 4, in constants that claim
// gigabytes, with a call behind them.
func sparsePickle(claim uint64) sparse {
	const part = 1 << 30
	long := func(n uint64) string { return "\x8e" + string(binary.LittleEndian.AppendUint64(nil, n)) }
	second := int64(2 + 9 + part)
	return sparse{2<<30 + 200, map[int64]string{
		0:      "\x80\x04" + long(part),
		second: "0\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R0" + long(claim),
	}}
}

// zeros is a stream of n zeros through a compressor.
func zeros(t *testing.T, n int64, open func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	if _, err := io.Copy(w, io.NewSectionReader(sparse{size: n}, 0, n)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMemory holds the gate to a quarter of a gigabyte, whatever a file claims.
func TestMemory(t *testing.T) {
	const most = 256 << 20
	gz := zeros(t, 300<<20, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	bomb := string(modeltest.Zip(modeltest.Entry{Name: "a.gz", Data: []byte(gz)}, modeltest.Entry{Name: "b.gz", Data: []byte(gz)}))
	deflated := bypass.Deflated("archive/data.pkl", gz[10:len(gz)-8], 300<<20)
	whole := func(s string) sparse { return sparse{int64(len(s)), map[int64]string{0: s}} }
	for _, c := range []struct {
		name, path string
		file       sparse
		want       gate.Kind
		state      gate.State
	}{
		{"checkpoint", "m.pt", sparseTorch(), "torch.grammar", gate.Verified},
		{"pickle of long constants", "m.pkl", sparsePickle(1 << 29), "pickle.call", gate.Unread},
		{"pickle that claims more than there is", "m.pkl", sparsePickle(1 << 62), "pickle.malformed", gate.Unread},
		{"gzip bomb", "m.pkl.gz", whole(gz), gate.KindIncomplete, gate.Unread},
		{"zip of bombs", "m.zip", whole(bomb), gate.KindIncomplete, gate.Unread},
		{"deflated pickle of a checkpoint", "m.pt", whole(deflated), gate.KindIncomplete, gate.Unread},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			started := time.Now()
			r := scanOne(t, c.path, c.file.size, c.file)
			runtime.ReadMemStats(&after)
			found := false
			for _, e := range r.Evidence {
				found = found || e.Kind == c.want
			}
			if !found || r.Files[0].State != c.state {
				t.Errorf("%s, no %s in %s", r.Files[0].State, c.want, checktest.JSON(r.Evidence))
			}
			// All that was ever allocated, which the peak of the heap cannot exceed.
			allocated := after.TotalAlloc - before.TotalAlloc
			if allocated > most {
				t.Errorf("%d MiB were allocated", allocated>>20)
			}
			t.Logf("%d MiB: %d MiB allocated, %v", c.file.size>>20, allocated>>20, time.Since(started).Round(time.Millisecond))
		})
	}
}
