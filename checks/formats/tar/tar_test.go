package tar_test

import (
	stdtar "archive/tar"
	"bytes"
	"slices"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/tar"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/checktest"
)

func build(t testing.TB, headers ...stdtar.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := stdtar.NewWriter(&buf)
	for _, h := range headers {
		h.Mode = 0o600
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.Repeat([]byte("x"), int(h.Size))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func names(r *checktest.Record) []string {
	var n []string
	for _, c := range r.Children {
		n = append(n, c.Name)
	}
	return n
}

func TestMembers(t *testing.T) {
	long := string(bytes.Repeat([]byte("d/"), 200)) + "f"
	data := build(t, stdtar.Header{Name: "d/", Typeflag: stdtar.TypeDir}, stdtar.Header{Name: "d/a", Size: 700},
		stdtar.Header{Name: long, Size: 5}, stdtar.Header{Name: "empty"})
	if !checktest.Wants(tar.Inspector{}, "m.pt", data) {
		t.Fatal("not wanted")
	}
	r := checktest.Inspect(t, tar.Inspector{}, "m.pt", data)
	if got := names(r); !slices.Equal(got, []string{"d/a", long, "empty"}) || len(r.Children[0].Data) != 700 {
		t.Errorf("children %q", got)
	}
	if len(r.Evidence) != 0 || r.State != gate.Verified || r.FormatName != "tar" {
		t.Errorf("%s %s", checktest.JSON(r.Evidence), r.State)
	}
}

func TestBytesBehindData(t *testing.T) {
	data := build(t, stdtar.Header{Name: "a", Size: 7})
	data[1000] = 'x'
	if r := checktest.Inspect(t, tar.Inspector{}, "m.tar", data); r.State != gate.Unproven || len(r.Evidence) != 0 {
		t.Errorf("%s %s", checktest.JSON(r.Evidence), r.State)
	}
}

func TestEntries(t *testing.T) {
	tests := []struct {
		header stdtar.Header
		want   string
	}{
		{stdtar.Header{Name: "a"}, ""},
		{stdtar.Header{Name: "../a"}, "parent"},
		{stdtar.Header{Name: "/a"}, "absolute"},
		{stdtar.Header{Name: `..\a`}, "parent"},
		{stdtar.Header{Name: "C:/a"}, "drive"},
		{stdtar.Header{Name: "a", Typeflag: stdtar.TypeSymlink, Linkname: "/etc/passwd"}, "link"},
		{stdtar.Header{Name: "d/a", Typeflag: stdtar.TypeSymlink, Linkname: "../../b"}, "link"},
		{stdtar.Header{Name: "d/a", Typeflag: stdtar.TypeSymlink, Linkname: "../b"}, ""},
		{stdtar.Header{Name: "d/a", Typeflag: stdtar.TypeLink, Linkname: "../b"}, "link"},
		{stdtar.Header{Name: "d/a", Typeflag: stdtar.TypeLink, Linkname: "d/b"}, ""},
		{stdtar.Header{Name: "a", Typeflag: stdtar.TypeChar}, "device"},
		{stdtar.Header{Name: "a", Typeflag: stdtar.TypeFifo}, "device"},
	}
	for _, tt := range tests {
		r := checktest.Inspect(t, tar.Inspector{}, "m.tar", build(t, tt.header))
		got := ""
		for _, e := range checktest.Of[archive.Entry](r, archive.KindEntry) {
			got += e.Problem
		}
		if got != tt.want {
			t.Errorf("%q to %q: got %q, want %q", tt.header.Name, tt.header.Linkname, got, tt.want)
		}
	}
}

func TestDamage(t *testing.T) {
	data := build(t, stdtar.Header{Name: "a", Size: 700}, stdtar.Header{Name: "b", Size: 3}, stdtar.Header{Name: "c", Size: 4})
	t.Run("header", func(t *testing.T) {
		broken := bytes.Clone(data)
		broken[3*512] ^= 1 // the name of b
		r := checktest.Inspect(t, tar.Inspector{}, "m.tar", broken)
		if got := names(r); !slices.Equal(got, []string{"a", "c"}) || r.State != gate.Unread {
			t.Errorf("children %q, state %s", got, r.State)
		}
		if len(checktest.Of[gate.Malformed](r, archive.KindMalformed)) != 1 {
			t.Error(checktest.JSON(r.Evidence))
		}
	})
	t.Run("cut", func(t *testing.T) {
		r := checktest.Inspect(t, tar.Inspector{}, "m.tar", data[:600])
		if got := names(r); !slices.Equal(got, []string{"a"}) || r.State != gate.Unread {
			t.Errorf("children %q, state %s: %s", got, r.State, checktest.JSON(r.Evidence))
		}
	})
	t.Run("suffix", func(t *testing.T) {
		r := checktest.Inspect(t, tar.Inspector{}, "m.tar", append(bytes.Clone(data), "cos\nsystem\n."...))
		if got := names(r); !slices.Equal(got, []string{"a", "b", "c", "[suffix]"}) || r.State != gate.Unproven {
			t.Errorf("children %q, state %s", got, r.State)
		}
	})
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, tar.Inspector{}, "m.tar",
		build(f, stdtar.Header{Name: "a", Size: 700}, stdtar.Header{Name: "b", Size: 3}),
		build(f, stdtar.Header{Name: "../a", Typeflag: stdtar.TypeSymlink, Linkname: "/b"}))
}
