package tarfile

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
)

func build(t testing.TB, format tar.Format, headers ...tar.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range headers {
		h.Format = format
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, strings.Repeat("x", int(h.Size))); err != nil {
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

func names(a *Archive) []string {
	var n []string
	for _, m := range a.Members {
		n = append(n, m.Name)
	}
	return n
}

func TestRead(t *testing.T) {
	long := strings.Repeat("long/", 60) + "name"
	for _, format := range []tar.Format{tar.FormatPAX, tar.FormatGNU} {
		data := build(t, format, tar.Header{Name: "a", Size: 600}, tar.Header{Name: long, Size: 3}, tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "a"})
		if !Sniff(data) {
			t.Errorf("%v: not known", format)
		}
		a := read(t, data)
		if got := names(a); !slices.Equal(got, []string{"a", long, "l"}) || len(a.Broken) != 0 || a.Cut || a.End != int64(len(data)) {
			t.Errorf("%v: %q %+v", format, got, a)
		}
		r, err := a.Open(&a.Members[0])
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := io.ReadAll(r); len(b) != 600 || strings.Trim(string(b), "x") != "" {
			t.Errorf("%v: %q", format, b)
		}
		if a.Members[2].Link != "a" || a.Members[2].Regular() {
			t.Errorf("%v: %+v", format, a.Members[2])
		}
	}
}

func TestResync(t *testing.T) {
	data := build(t, tar.FormatUSTAR, tar.Header{Name: "a", Size: 600}, tar.Header{Name: "b", Size: 3}, tar.Header{Name: "c", Size: 3})
	data[3*block+150] ^= 1 // the checksum of b
	a := read(t, data)
	if got := names(a); !slices.Equal(got, []string{"a", "c"}) || len(a.Broken) != 1 || a.Broken[0].Offset != 3*block {
		t.Errorf("%q %+v", got, a.Broken)
	}
}

func TestCut(t *testing.T) {
	data := build(t, tar.FormatUSTAR, tar.Header{Name: "a", Size: 3})
	if a := read(t, data[:2*block]); !a.Cut || a.End != 2*block {
		t.Errorf("%+v", a)
	}
	if a := read(t, data[:block+1]); len(a.Broken) != 1 || a.Members[0].Size != 1 {
		t.Errorf("%+v", a)
	}
}

func TestSigned(t *testing.T) {
	h := make([]byte, block)
	copy(h, "na\xefve")
	copy(h[148:], "0001231\x00")
	if !checksum(h) { // 0xef as a signed byte
		sum := 0
		for i, c := range h {
			if i >= 148 && i < 156 {
				c = ' '
			}
			sum += int(int8(c))
		}
		t.Errorf("the signed sum is %o", sum)
	}
}

func TestSniff(t *testing.T) {
	if Sniff(make([]byte, block)) || Sniff([]byte("text")) || Sniff(bytes.Repeat([]byte("text"), 200)) {
		t.Error("known")
	}
}

func TestTorch(t *testing.T) {
	for want, files := range map[bool][]string{true: {"./storages", "tensors", "pickle"}, false: {"storages", "tensors"}} {
		var headers []tar.Header
		for _, n := range files {
			headers = append(headers, tar.Header{Name: n})
		}
		if got := read(t, build(t, tar.FormatUSTAR, headers...)).Torch(); got != want {
			t.Errorf("%q: got %v", files, got)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := build(t, tar.FormatUSTAR, tar.Header{Name: "a"})
	if _, err := Read(ctx, bytes.NewReader(data), int64(len(data))); err == nil {
		t.Error("no error")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(build(f, tar.FormatPAX, tar.Header{Name: strings.Repeat("n", 200), Size: 3}))
	f.Add(build(f, tar.FormatGNU, tar.Header{Name: "a", Size: 600}))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := read(t, data)
		for i := range a.Members {
			m := &a.Members[i]
			if m.Regular() && !m.Sparse && (m.Data < 0 || m.Size < 0 || m.Data+m.Size > int64(len(data))) {
				t.Fatalf("%+v in %d bytes", *m, len(data))
			}
			if r, err := a.Open(m); err == nil {
				_, _ = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
			}
		}
	})
}
