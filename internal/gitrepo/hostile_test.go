package gitrepo

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// loose writes a loose object as it is given.
func (b *builder) loose(kind, content string) string {
	b.t.Helper()
	h := plumbing.NewHasher(must(plumbing.ParseObjectType(kind)), int64(len(content)))
	h.Write([]byte(content))
	name := h.Sum().String()
	b.write(name, fmt.Sprintf("%s %d\x00%s", kind, len(content), content))
	return name
}

func (b *builder) write(name, inflated string) {
	b.t.Helper()
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(inflated))
	w.Close()
	path := filepath.Join(b.dir, ".git", "objects", name[:2], name[2:])
	os.Remove(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, z.Bytes(), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func raw(hash string) string { h := plumbing.NewHash(hash); return string(h[:]) }

func TestHostileTrees(t *testing.T) {
	b := build(t)
	blob := raw(b.loose("blob", "x"))
	for _, c := range []struct{ tree, want string }{
		{"100644 ..\x00" + blob, "is not a name"}, {"40000 .git\x00" + blob, "is not a name"}, {"100644 a/b\x00" + blob, "is not a name"},
		{"100644 \x00" + blob, "is not a name"}, {"100644 a\x00" + blob + "100644 a\x00" + blob, "twice"}, {"100644 a\x00short", "is cut"},
		{"100644", "is cut"}, {"x a\x00" + blob, "has the mode"}, {"100666 a\x00" + blob, ""}, {"", ""},
	} {
		tree := b.loose("tree", c.tree)
		commit := b.loose("commit", "tree "+tree+"\nauthor a\ncommitter a <b> 99999999999999999999 +0000\n\nm\n")
		got, err := b.open().Resolve(commit)
		if err != nil || !got.Time().IsZero() {
			t.Fatalf("%v, %v", got, err)
		}
		_, err = fs.ReadDir(got.FS(), ".")
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %s", c.tree, err, c.want)
		}
	}
}

func TestHostileObjects(t *testing.T) {
	b := build(t)
	good := b.commit(map[string]string{"a": "1"})
	self := strings.Repeat("5", 40)
	r := b.open()
	for _, inflated := range []string{
		"", "commit", "commit 5\x00abc", "commit -1\x00", "commit 9999999999999999999\x00x", "commit 5\x00tree \n", "thing 1\x00x",
		strings.Repeat(" ", 100), "tag 48\x00object " + self + "\n",
	} {
		b.write(self, inflated)
		if _, err := r.Resolve(self); err == nil {
			t.Errorf("%q was read", inflated)
		}
	}
	tag := b.loose("tag", "object "+good+"\ntype commit\n")
	for range 10 {
		tag = b.loose("tag", "object "+tag+"\ntype tag\n")
	}
	if _, err := r.Resolve(tag); err == nil || !strings.Contains(err.Error(), "more than 8 tags") {
		t.Error(err)
	}
	// A swapped file is found by its hash.
	c := resolved(t, r, good)
	e, err := r.at(c.tree, "a")
	if err != nil {
		t.Fatal(err)
	}
	b.write(e.hash.String(), "blob 1\x002")
	if _, err := fs.ReadFile(c.FS(), "a"); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Error(err)
	}
}

func TestHostileFiles(t *testing.T) {
	for name, change := range map[string]func(git string) error{
		"HEAD refers to itself": func(git string) error { return os.WriteFile(filepath.Join(git, "HEAD"), []byte("ref: HEAD"), 0o644) },
		"HEAD leads out":        func(git string) error { return os.WriteFile(filepath.Join(git, "HEAD"), []byte("ref: ../../x"), 0o644) },
		"HEAD is large": func(git string) error {
			return os.WriteFile(filepath.Join(git, "HEAD"), make([]byte, maxPointer+1), 0o644)
		},
		"packed refs": func(git string) error {
			return os.WriteFile(filepath.Join(git, "packed-refs"), bytes.Repeat([]byte("x"), 1<<20), 0o644)
		},
		"an empty index": func(git string) error {
			return os.WriteFile(filepath.Join(git, "objects", "pack", "pack-x.idx"), nil, 0o644)
		},
		"many alternates": func(git string) error {
			return os.WriteFile(filepath.Join(git, "objects", "info", "alternates"), []byte(strings.Repeat("/a\n/b\n", 1)+lines(100)), 0o644)
		},
		"commondir is gone": func(git string) error {
			return os.WriteFile(filepath.Join(git, "commondir"), []byte("/nowhere"), 0o644)
		},
	} {
		b := build(t)
		b.commit(map[string]string{"a": "1"})
		b.pack()
		git := filepath.Join(b.dir, ".git")
		if err := os.MkdirAll(filepath.Join(git, "objects", "info"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := change(git); err != nil {
			t.Fatal(err)
		}
		r, err := Open(b.dir)
		if err != nil {
			continue
		}
		if _, err := r.Resolve("HEAD"); err == nil && name != "packed refs" {
			t.Errorf("%s: no error", name)
		}
		r.Resolve("none")
		r.Close()
	}
}

func lines(n int) (s string) {
	for i := range n {
		s += fmt.Sprintf("/alternate/%d\n", i)
	}
	return s
}

// packed makes a pack with an index of the given objects: heads as the pack has them, and
// their hashes.
func (b *builder) packed(hashes []string, entries []string) {
	b.t.Helper()
	pack := []byte("PACK\x00\x00\x00\x02" + string(binary.BigEndian.AppendUint32(nil, uint32(len(entries)))))
	type object struct {
		hash   string
		offset uint32
		crc    uint32
	}
	var objects []object
	for i, e := range entries {
		objects = append(objects, object{raw(hashes[i]), uint32(len(pack)), crc32.ChecksumIEEE([]byte(e))})
		pack = append(pack, e...)
	}
	sum := sha1.Sum(pack)
	pack = append(pack, sum[:]...)
	slices.SortFunc(objects, func(a, b object) int { return strings.Compare(a.hash, b.hash) })
	idx := []byte("\xfftOc\x00\x00\x00\x02")
	for k := range 256 {
		n := 0
		for _, o := range objects {
			if int(o.hash[0]) <= k {
				n++
			}
		}
		idx = binary.BigEndian.AppendUint32(idx, uint32(n))
	}
	for _, o := range objects {
		idx = append(idx, o.hash...)
	}
	for _, o := range objects {
		idx = binary.BigEndian.AppendUint32(idx, o.crc)
	}
	for _, o := range objects {
		idx = binary.BigEndian.AppendUint32(idx, o.offset)
	}
	idx = append(idx, sum[:]...)
	own := sha1.Sum(idx)
	idx = append(idx, own[:]...)
	dir := filepath.Join(b.dir, ".git", "objects", "pack")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	name := filepath.Join(dir, fmt.Sprintf("pack-%x", sum))
	if err := os.WriteFile(name+".pack", pack, 0o644); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(name+".idx", idx, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// packEntry is the head of an object in a pack, what follows it, and its content.
func packEntry(kind plumbing.ObjectType, size uint64, base, content string) string {
	head := []byte{byte(kind)<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		head[len(head)-1] |= 0x80
		head = append(head, byte(size&0x7f))
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(content))
	w.Close()
	return string(head) + base + z.String()
}

// TestHostilePacks has deltas that a recursive reader does not survive.
func TestHostilePacks(t *testing.T) {
	a, c := strings.Repeat("a", 40), strings.Repeat("c", 40)
	delta := "\x05\x05\x05hello"
	for _, x := range []struct {
		name, want string
		entries    []string
	}{
		{"a delta of itself", "chain of more than 4096", []string{packEntry(plumbing.REFDeltaObject, uint64(len(delta)), raw(a), delta), packEntry(plumbing.BlobObject, 1, "", "x")}},
		{"two deltas of each other", "chain of more than 4096", []string{packEntry(plumbing.REFDeltaObject, uint64(len(delta)), raw(c), delta), packEntry(plumbing.REFDeltaObject, uint64(len(delta)), raw(a), delta)}},
		{"a large base", "more than 536870912", []string{packEntry(plumbing.REFDeltaObject, uint64(len(delta)), raw(c), delta), packEntry(plumbing.BlobObject, 1<<40, "", "x")}},
		{"a large object", "more than", []string{packEntry(plumbing.CommitObject, 1<<40, "", "x"), packEntry(plumbing.BlobObject, 1, "", "x")}},
		{"a bomb", "", []string{packEntry(plumbing.CommitObject, 10, "", strings.Repeat("x", 10<<20)), packEntry(plumbing.BlobObject, 1, "", "x")}},
		{"another content", "is damaged", []string{packEntry(plumbing.CommitObject, 1, "", "x"), packEntry(plumbing.BlobObject, 1, "", "x")}},
		{"no base", "", []string{packEntry(plumbing.REFDeltaObject, uint64(len(delta)), raw(strings.Repeat("d", 40)), delta), packEntry(plumbing.BlobObject, 1, "", "x")}},
		{"a delta without end", "", []string{packEntry(plumbing.REFDeltaObject, 3, raw(c), "\xff\xff\xff"), packEntry(plumbing.BlobObject, 1, "", "x")}},
		{"no kind", "", []string{packEntry(5, 3, "", "abc"), packEntry(plumbing.BlobObject, 1, "", "x")}},
	} {
		t.Run(x.name, func(t *testing.T) {
			b := build(t)
			b.packed([]string{a, c}, x.entries)
			_, err := b.open().Resolve(a)
			if err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("%v, want %s", err, x.want)
			}
		})
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x00aaaaaaaaaaaaaaaaaaaa40000 b\x00bbbbbbbbbbbbbbbbbbbb"))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := parseTree(text)
		for i, e := range entries {
			if err != nil || e.name == "" || strings.Contains(e.name, "/") || i > 0 && entries[i-1].name >= e.name {
				t.Errorf("%d: %q", i, e.name)
			}
		}
	})
}

func FuzzCommit(f *testing.F) {
	f.Add([]byte("tree " + strings.Repeat("a", 40) + "\nparent " + strings.Repeat("b", 40) + "\ncommitter a <b> 5 +0000\n\nm"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := &Repo{}
		if c, err := r.parse(plumbing.ZeroHash, text); err == nil && (c.tree.IsZero() && !bytes.HasPrefix(text, []byte("tree 0")) || c.time.Year() > 9999) {
			t.Errorf("%+v", c)
		}
	})
}
