package httpsafe

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/modelgate/gate"
)

func data(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func serve(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}
}

func open(t *testing.T, h http.Handler, size int, digest string) *Reader {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL + "/file?sig=hush")
	if err != nil {
		t.Fatal(err)
	}
	client := New(Rules{Loopback: true})
	r := NewReader(t.Context(), Source{ID: "a/b", URL: u, Size: int64(size), SHA256: digest, Do: client.Do, Direct: client.Do})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestReader(t *testing.T) {
	for _, size := range []int{0, 1, 1000, small, small + 1, 5*block - 7, 3<<20 + 5, 20 << 20} {
		want := data(size)
		r := open(t, serve(want), size, "")
		got, err := io.ReadAll(io.NewSectionReader(r, 0, int64(size)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("size %d: %d bytes, %v", size, len(got), err)
		}
		whole := make([]byte, size+10)
		if n, err := open(t, serve(want), size, "").ReadAt(whole, 0); n != size || err != io.EOF || !bytes.Equal(whole[:n], want) {
			t.Errorf("size %d at once: %d bytes, %v", size, n, err)
		}
		if len(r.Odd()) > 0 {
			t.Errorf("size %d: odd %v", size, r.Odd())
		}
	}
	want := data(300_000)
	if err := iotest.TestReader(io.NewSectionReader(open(t, serve(want), len(want), ""), 0, int64(len(want))), want); err != nil {
		t.Error(err)
	}
}

func TestReaderAtRandom(t *testing.T) {
	want := data(9 << 20)
	r := open(t, serve(want), len(want), "")
	rnd := rand.New(rand.NewPCG(3, 4))
	var wg sync.WaitGroup
	for range 4 {
		var spans [][2]int
		for range 60 {
			off := rnd.IntN(len(want))
			spans = append(spans, [2]int{off, min(rnd.IntN(1<<rnd.IntN(21)+1), len(want)-off)})
		}
		wg.Go(func() {
			for _, s := range spans {
				p := make([]byte, s[1])
				if n, err := r.ReadAt(p, int64(s[0])); err != nil && err != io.EOF || !bytes.Equal(p[:n], want[s[0]:s[0]+n]) || n != len(p) {
					t.Errorf("read %d at %d: %d bytes, %v", s[1], s[0], n, err)
				}
			}
		})
	}
	wg.Wait()
	if r.cache.held > keep {
		t.Errorf("%d bytes are kept", r.cache.held)
	}
}

// TestCost pins what usual ways of reading cost.
func TestCost(t *testing.T) {
	want := data(8 << 20)
	for _, c := range []struct {
		name     string
		read     func(r *Reader) error
		bytes    int64
		requests int
	}{
		{"head", func(r *Reader) error { return at(r, 0, gate.HeadSize) }, block, 1},
		{"head twice", func(r *Reader) error { return errors.Join(at(r, 0, gate.HeadSize), at(r, 100, 8)) }, block, 1},
		{"tail by pieces", func(r *Reader) error { return errors.Join(at(r, 8<<20-22, 22), at(r, 8<<20-1024, 1024)) }, block, 1},
		{"tail", func(r *Reader) error { return at(r, 8<<20-gate.TailSize, gate.TailSize) }, 3 * block, 1},
		{"forward", func(r *Reader) error { _, err := io.Copy(io.Discard, io.NewSectionReader(r, 0, 8<<20)); return err }, 8 << 20, 16},
		{"at once", func(r *Reader) error { return at(r, 0, 8<<20) }, 8 << 20, 1},
	} {
		r := open(t, serve(want), len(want), "")
		if err := c.read(r); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if n, requests := r.Fetched(); n != c.bytes || requests > c.requests {
			t.Errorf("%s: %d bytes in %d requests", c.name, n, requests)
		}
	}
}

func at(r *Reader, off int64, n int) error {
	_, err := r.ReadAt(make([]byte, n), off)
	return err
}

// TestOdd has the servers that are not to be trusted.
func TestOdd(t *testing.T) {
	want := data(2 << 20)
	etag := 0
	for _, c := range []struct {
		name   string
		serve  http.HandlerFunc
		size   int
		digest string
		odd    string // empty: none
		fails  bool
	}{
		{"honest", serve(want), len(want), "", "", false},
		{"digest", serve(want[:1000]), 1000, fmt.Sprintf("%x", sha256.Sum256(want[:1000])), "", false},
		{"other digest", serve(want[:1000]), 1000, strings.Repeat("0", 64), "other bytes", true},
		{"ranges with status 200", func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			serve(want)(rec, r)
			w.Header().Set("Content-Range", rec.Header().Get("Content-Range"))
			_, _ = w.Write(rec.Body.Bytes())
		}, len(want), "", "", false},
		{"ignores ranges", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(want) }, len(want), "", "ignores ranges", false},
		{"ignores ranges of a big file", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(20<<20))
		}, 20 << 20, "", "ignores ranges", true},
		{"small file without ranges", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(want[:1000]) }, 1000, "", "", false},
		{"shorter", serve(want[:len(want)-1]), len(want), "", "bytes", true},
		{"longer", serve(want), len(want) - 1, "", "2097152 bytes", true},
		{"longer without ranges", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(want) }, len(want) - 1, "", "2097152 bytes", true},
		{"endless without ranges", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(want); err != nil {
					return
				}
			}
		}, len(want), "", "2097153 bytes", true},
		{"another range", func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Range", "bytes=10-32777")
			serve(want)(w, r)
		}, len(want), "", "the range", true},
		{"no range told", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusPartialContent) }, len(want), "", "the range", true},
		{"changes", func(w http.ResponseWriter, r *http.Request) {
			etag++
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, etag))
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(want))
		}, len(want), "", "changed", true},
		{"compresses", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			serve(want)(w, r)
		}, len(want), "", "encodes", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, c.serve, c.size, c.digest)
			got, err := io.ReadAll(io.NewSectionReader(r, 0, int64(c.size)))
			if (err != nil) != c.fails || err == nil && !bytes.Equal(got, want[:c.size]) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if odd := strings.Join(r.Odd(), ";"); !strings.Contains(odd, c.odd) || c.odd == "" && odd != "" {
				t.Errorf("odd = %q, want %q", odd, c.odd)
			}
			if err == nil {
				return
			}
			u, ok := errors.AsType[*gate.Unavailable](err)
			if !ok || u.Reason != gate.ReasonBadAnswer || strings.Contains(err.Error(), "hush") {
				t.Errorf("error %v", err)
			}
			if _, again := r.ReadAt(make([]byte, 1), 0); again == nil {
				t.Error("it is read after all")
			}
		})
	}
}

// TestSignedPlace shows that a redirect is remembered, and asked for anew when it has
// expired, and that a cut body is asked for again.
func TestSignedPlace(t *testing.T) {
	want := data(2 << 20)
	var log []string
	valid := "1"
	cut := true
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log = append(log, "store")
		if r.Header.Get("Authorization") != "" {
			t.Error("the store saw credentials")
		}
		if r.URL.Query().Get("sig") != valid {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if cut {
			cut = false
			w.Header().Set("Content-Length", "32768")
			w.Header().Set("Content-Range", "bytes 0-32767/2097152")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(want[:100])
			return
		}
		serve(want)(w, r)
	}))
	defer store.Close()
	r := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log = append(log, "registry")
		http.Redirect(w, r, store.URL+"/x?sig="+valid, http.StatusTemporaryRedirect)
	}), len(want), "")
	plain := r.src.Do
	r.src.Do = func(req *http.Request) (*http.Response, error) {
		req.Header.Set("Authorization", "Bearer secret")
		return plain(req)
	}
	for i, off := range []int64{0, 300_000, 600_000} {
		if i == 2 {
			valid = "2"
		}
		p := make([]byte, 100)
		if _, err := r.ReadAt(p, off); err != nil || !bytes.Equal(p, want[off:off+100]) {
			t.Fatalf("read at %d: %v", off, err)
		}
	}
	if want := []string{"registry", "store", "store", "store", "store", "registry", "store"}; !slices.Equal(log, want) {
		t.Errorf("requests %v, want %v", log, want)
	}
	if _, requests := r.Fetched(); requests != len(log) {
		t.Errorf("%d requests are counted", requests)
	}
}

func reasonOf(err error) string {
	if u, ok := errors.AsType[*gate.Unavailable](err); ok {
		return u.Reason
	}
	return ""
}

func TestReaderEnds(t *testing.T) {
	r := open(t, http.NotFoundHandler(), 10, "")
	_, err := r.ReadAt(make([]byte, 1), 0)
	if u, ok := errors.AsType[*gate.Unavailable](err); !ok || u.Reason != gate.ReasonNotFound || u.ID != "a/b" {
		t.Errorf("not found: %v", err)
	}
	if _, err := r.ReadAt(nil, -1); err == nil {
		t.Error("a negative offset is read")
	}
	want := data(small)
	part := open(t, serve(want), small, strings.Repeat("0", 64))
	if err := at(part, 0, direct); reasonOf(err) != gate.ReasonBadAnswer {
		t.Errorf("a part of a small file with another digest: %v", err)
	}
	_ = r.Close()
	if _, err := r.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("read after close")
	}
}
