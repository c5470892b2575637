package hub

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub/hubtest"
	"github.com/modelgate/gate/internal/modeltest"
)

// blockSize is what a reader fetches at least.
const blockSize = 32 << 10

// hosted puts one large file into a fake Hub.
func hosted(t *testing.T, o hubtest.Options, size int64, data io.ReaderAt, edits ...func(*Config)) (*hubtest.Hub, *Client, *gate.Repository, gate.RemoteReader) {
	t.Helper()
	h, c := world(t, o, func(cfg *Config) {
		cfg.Token = "hf_alice"
		for _, edit := range edits {
			edit(cfg)
		}
	})
	h.Repo("acme/big", hubtest.Repo{}).Commit("first", time.Now(), map[string]hubtest.File{"m.bin": hubtest.Sparse(size, data)})
	r, err := c.Info(t.Context(), "acme/big", "")
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Open(t.Context(), r, r.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	h.Forget()
	return h, c, r, f
}

// TestTorchArchive: the pickle of 10 GB of weights costs a few requests.
func TestTorchArchive(t *testing.T) {
	pickle := make([]byte, 30<<10)
	for i := range pickle {
		pickle[i] = byte(rand.Uint32())
	}
	file := modeltest.SparseTorch(pickle, 241, 10<<30/241)
	h, _, _, f := hosted(t, hubtest.Options{}, file.Size, file)
	blob := gate.NewBlob("m.bin", file.Size, f)
	if len(blob.Head()) != gate.HeadSize || len(blob.Tail()) != gate.TailSize {
		t.Fatal("no head or tail")
	}
	z, err := zip.NewReader(blob, blob.Size)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(pickle))
	if _, err := io.ReadFull(entry, got); err != nil || !bytes.Equal(got, pickle) || len(z.File) != 242 {
		t.Fatalf("read other bytes, %v", err)
	}
	n, requests := f.Fetched()
	t.Logf("%d bytes of %d in %d requests", n, file.Size, requests)
	if requests > 3 || requests != len(h.Requests()) || n > 120_000 || len(f.Odd()) > 0 {
		t.Errorf("%d bytes in %d requests (%d), %q", n, requests, len(h.Requests()), f.Odd())
	}
	for _, r := range h.Requests() {
		if r.Storage == r.Authorized || r.Range == "" || r.Cookie != "" || r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("%+v", r)
		}
	}
}

// TestForward: a reader that streams makes few requests and holds little.
func TestForward(t *testing.T) {
	size := int64(20<<20 + 12345)
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i * i >> 7)
	}
	_, _, _, f := hosted(t, hubtest.Options{}, size, bytes.NewReader(data))
	got, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("read other bytes, %v", err)
	}
	n, requests := f.Fetched()
	if n < size || n > size+4096 || requests > 16 {
		t.Errorf("%d bytes in %d requests", n, requests)
	}
}

// TestReadAt: whatever is asked for is what the file has, by several at once too.
func TestReadAt(t *testing.T) {
	size := int64(12<<20 + 777)
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i >> 3 * 7)
	}
	_, _, _, f := hosted(t, hubtest.Options{}, size, bytes.NewReader(data))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(w)))
			for range 60 {
				off, n := rng.Int64N(size+100), rng.IntN(200_000)
				if rng.IntN(20) == 0 {
					n = 6 << 20
				}
				p := make([]byte, n)
				got, err := f.ReadAt(p, off)
				want := max(0, min(int64(n), size-off))
				if int64(got) != want || !bytes.Equal(p[:got], data[min(off, size):min(off, size)+want]) || (err == io.EOF) != (want < int64(n)) || err != nil && err != io.EOF {
					t.Errorf("at %d: %d of %d bytes, %v", off, got, n, err)
				}
			}
		})
	}
	wg.Wait()
	if _, err := f.ReadAt(nil, -1); err == nil {
		t.Error("read before the start")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("read a closed file")
	}
}

// TestOdd: a server that contradicts itself is found out, said once, and not asked again.
func TestOdd(t *testing.T) {
	const size = 8 << 20
	storage := hubtest.PathHas("/xet-bridge-us/")
	home := hubtest.PathHas("/resolve/")
	header := func(match func(*http.Request) bool, k, v string) hubtest.Fault {
		return hubtest.Fault{Match: match, Header: map[string]string{k: v}}
	}
	for name, c := range map[string]struct {
		fault hubtest.Fault
		says  string
	}{
		"ignores ranges":   {hubtest.Fault{Match: storage, IgnoreRange: true}, "ignores ranges"},
		"416":              {hubtest.Fault{Match: storage, Status: 416}, "refuses a range"},
		"other range":      {header(storage, "Content-Range", fmt.Sprintf("bytes 0-32767/%d", size)), "with the range"},
		"other total":      {header(storage, "Content-Range", "bytes 65536-98303/99999999"), "with the range"},
		"no range":         {header(storage, "Content-Range", ""), "with the range"},
		"encoded":          {header(storage, "Content-Encoding", "gzip"), "encodes"},
		"changed":          {header(storage, "ETag", `"other"`), "changed"},
		"truncated":        {hubtest.Fault{Match: storage, Truncate: 100}, "early"},
		"more bytes":       {hubtest.Fault{Match: storage, Status: 206, Header: map[string]string{"Content-Range": fmt.Sprintf("bytes 65536-98303/%d", size), "ETag": "-"}, Body: hubtest.Endless("", "x")}, "more bytes"},
		"other commit":     {header(home, "X-Repo-Commit", commitA), "commit"},
		"other size":       {header(home, "X-Linked-Size", "5"), "states a size"},
		"other digest":     {header(home, "X-Linked-Etag", `"`+strings.Repeat("a", 64)+`"`), "states the digest"},
		"short Content":    {header(storage, "Content-Length", "10"), "range of"},
		"storage moves on": {hubtest.Fault{Match: storage, Status: 302, Header: map[string]string{"Location": "/y"}}, ""},
		"evil storage":     {hubtest.Fault{Match: home, Status: 302, Header: map[string]string{"Location": "https://evil.example/x"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h, _, _, f := hosted(t, hubtest.Options{}, size, bytes.NewReader(nil))
			p := make([]byte, 100)
			if strings.HasPrefix(name, "other ") && c.fault.Header["X-Repo-Commit"]+c.fault.Header["X-Linked-Size"]+c.fault.Header["X-Linked-Etag"] != "" || c.says == "" {
				h.Fault(c.fault)
			} else {
				if _, err := f.ReadAt(p, 0); err != nil {
					t.Fatal(err)
				}
				if name == "more bytes" {
					asked := h.Requests()
					at, _, _ := strings.Cut(asked[len(asked)-1].Path, "?")
					c.fault.Header["ETag"] = strconv.Quote(path.Base(at))
				}
				h.Fault(c.fault)
			}
			_, err := f.ReadAt(p, 2*blockSize)
			wantReason(t, err, gate.ReasonBadAnswer)
			if c.says != "" && (len(f.Odd()) != 1 || !strings.Contains(f.Odd()[0], c.says)) {
				t.Errorf("odd: %q", f.Odd())
			}
			n := len(h.Requests())
			if _, err := f.ReadAt(p, 2*blockSize); err == nil || len(h.Requests()) != n || len(f.Odd()) > 1 {
				t.Errorf("asked again: %v", err)
			}
			if got, _ := f.Fetched(); got > 1<<20 {
				t.Errorf("read %d bytes", got)
			}
		})
	}
}

// TestExpired: a signed URL that is not good any more is asked for again, once.
func TestExpired(t *testing.T) {
	const size = 8 << 20
	h, _, _, f := hosted(t, hubtest.Options{}, size, bytes.NewReader(nil))
	p := make([]byte, 100)
	if _, err := f.ReadAt(p, 0); err != nil {
		t.Fatal(err)
	}
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/xet-bridge-us/"), Status: 403, Times: 1})
	h.Forget()
	if _, err := f.ReadAt(p, 10*blockSize); err != nil || len(h.Requests()) != 3 || len(f.Odd()) > 0 {
		t.Errorf("%v in %d requests, %q", err, len(h.Requests()), f.Odd())
	}
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/xet-bridge-us/"), Status: 403})
	h.Forget()
	_, err := f.ReadAt(p, 20*blockSize)
	wantReason(t, err, gate.ReasonNetwork)
	if len(h.Requests()) != 3 || strings.Contains(err.Error(), "Signature") {
		t.Errorf("%d requests, %v", len(h.Requests()), err)
	}
}

// TestExpiredElsewhere: the second answer must be about the same commit.
func TestExpiredElsewhere(t *testing.T) {
	h, _, _, f := hosted(t, hubtest.Options{}, 8<<20, bytes.NewReader(nil))
	p := make([]byte, 100)
	if _, err := f.ReadAt(p, 0); err != nil {
		t.Fatal(err)
	}
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/xet-bridge-us/"), Status: 403, Times: 1})
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/resolve/"), Header: map[string]string{"X-Repo-Commit": commitB}})
	_, err := f.ReadAt(p, 10*blockSize)
	wantReason(t, err, gate.ReasonBadAnswer)
	if len(f.Odd()) != 1 {
		t.Errorf("%q", f.Odd())
	}
}

// TestWhole: small files are read whole and compared with their digest, those in git and
// those in the storage.
func TestWhole(t *testing.T) {
	h, c := world(t, hubtest.Options{}, nil)
	r, err := c.Repository(t.Context(), hf("OldOrg/tiny", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range r.Files {
		f, err := c.Open(t.Context(), r, file)
		if err != nil {
			t.Fatal(err)
		}
		h.Forget()
		p := make([]byte, file.Size)
		if _, err := f.ReadAt(p, 0); err != nil || len(f.Odd()) > 0 {
			t.Errorf("%s: %v, %q", file.Path, err, f.Odd())
		}
		if n := len(h.Requests()); n != 2 {
			t.Errorf("%s: %d requests", file.Path, n)
		}
	}
	for _, path := range []string{"config.json", "model.safetensors"} {
		i := slices.IndexFunc(r.Files, func(f gate.RemoteFile) bool { return f.Path == path })
		old := h.Find("acme/tiny").Files()[path]
		data := make([]byte, old.Size)
		if _, err := old.Data.ReadAt(data, 0); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		data[0] ^= 1
		old.Data = bytes.NewReader(data)
		h.Find("acme/tiny").TamperAt(r.Commit, path, old)
		f, err := c.Open(t.Context(), r, r.Files[i])
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.ReadAt(make([]byte, 1), 0)
		wantReason(t, err, gate.ReasonBadAnswer)
		if len(f.Odd()) != 1 {
			t.Errorf("%s: %q", path, f.Odd())
		}
	}
}

func TestNamesAreNotPaths(t *testing.T) {
	c := client(t, Config{})
	for _, f := range []gate.RemoteFile{{Path: "../../api/whoami-v2"}, {Path: "/x"}, {Path: "a\\b"}, {Path: ""}, {Path: "a\nb"}, {Path: "a", Size: -1}} {
		_, err := c.Open(t.Context(), &gate.Repository{Name: "a/b", Commit: commitA}, f)
		wantReason(t, err, gate.ReasonBadAnswer)
	}
	for _, r := range []*gate.Repository{{Name: "a/b/../../c", Commit: commitA}, {Name: "a/b", Commit: "main"}} {
		_, err := c.Open(t.Context(), r, gate.RemoteFile{Path: "a"})
		wantReason(t, err, gate.ReasonBadAnswer)
	}
	o, err := c.object(&gate.Repository{Name: "a/b", Commit: commitA}, gate.RemoteFile{Path: "d e/f#g?h%2e.bin"})
	if err != nil || o.home.String() != "https://huggingface.co/a/b/resolve/"+commitA+"/d%20e/f%23g%3Fh%252e.bin" {
		t.Errorf("%v, %v", o, err)
	}
}

// TestCutShort: a file that ends early twice is odd; a connection that breaks is not.
func TestCutShort(t *testing.T) {
	for name, c := range map[string]struct {
		fault  hubtest.Fault
		reason string
	}{
		"once":       {hubtest.Fault{Truncate: 3, Times: 1}, ""},
		"always":     {hubtest.Fault{Truncate: 3}, gate.ReasonBadAnswer},
		"length":     {hubtest.Fault{Header: map[string]string{"Content-Length": "2"}}, gate.ReasonBadAnswer},
		"long":       {hubtest.Fault{Body: hubtest.Endless("", "x")}, gate.ReasonBadAnswer},
		"a part":     {hubtest.Fault{Status: 206}, gate.ReasonBadAnswer},
		"no storage": {hubtest.Fault{Status: 404}, gate.ReasonBadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			h, cl := world(t, hubtest.Options{}, nil)
			r, err := cl.Info(t.Context(), "acme/tiny", "")
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(r.Files, func(f gate.RemoteFile) bool { return f.Path == "model.safetensors" })
			f, err := cl.Open(t.Context(), r, r.Files[i])
			if err != nil {
				t.Fatal(err)
			}
			c.fault.Match = hubtest.PathHas("/xet-bridge-us/")
			h.Fault(c.fault)
			_, err = f.ReadAt(make([]byte, 10), 0)
			if reason(err) != c.reason || (err == nil) != (c.reason == "") {
				t.Errorf("%v", err)
			}
		})
	}
}
