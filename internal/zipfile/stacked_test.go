package zipfile

import (
	"archive/zip"
	"bytes"
	"slices"
	"testing"
)

func plainArchive(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write([]byte("data"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestStacked(t *testing.T) {
	a, b := plainArchive(t, "a"), plainArchive(t, "bb")
	both := slices.Concat(a, b)
	for _, c := range []struct {
		name, path string
		data       []byte
		want       []int64
	}{
		{"two", "__0_0.distcp", both, []int64{0, int64(len(a))}},
		{"one", "__0_0.distcp", a, nil},
		{"another name", "m.pt", both, nil},
		{"a gap", "x.distcp", slices.Concat(a, []byte{0}, b), nil},
		{"bytes in front", "x.distcp", slices.Concat([]byte("x"), a, b), nil},
		{"bytes behind", "x.distcp", slices.Concat(a, b, []byte("x")), nil},
		{"cut off", "x.distcp", both[:len(both)-1], nil},
		{"short", "x.distcp", []byte("PK"), nil},
		{"empty", "x.distcp", nil, nil},
	} {
		if got := Stacked(c.path, bytes.NewReader(c.data), int64(len(c.data))); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
