package httpsafe

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
)

// local answers requests without a network: what a server sends, after spoil changed it.
func local(file []byte, spoil func(*http.Response)) Do {
	return func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: http.StatusOK, Request: req, Header: http.Header{"Etag": {`"1"`}}}
		from, to := int64(0), int64(len(file))
		if n, _ := fmt.Sscanf(req.Header.Get("Range"), "bytes=%d-%d", &from, &to); n == 2 {
			to++
			resp.StatusCode = http.StatusPartialContent
			resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(file)))
		}
		if from > to || to > int64(len(file)) {
			return nil, fmt.Errorf("asked for [%d, %d) of %d bytes", from, to, len(file))
		}
		resp.ContentLength = to - from
		resp.Body = io.NopCloser(bytes.NewReader(file[from:to]))
		spoil(resp)
		return resp, nil
	}
}

func honest(*http.Response) {}

func source(file []byte, spoil func(*http.Response)) Source {
	return Source{ID: "a/b", URL: &url.URL{Scheme: "https", Host: "example.com", Path: "/x"}, Size: int64(len(file)), Do: local(file, spoil), Strict: true, Patient: true}
}

// TestStreaming: however large the pieces, a reader that goes forward makes few requests
// for each byte once, and keeps little.
func TestStreaming(t *testing.T) {
	want := data(20<<20 + 12345)
	for _, piece := range []int{4 << 10, 32 << 10, 100_000, 512 << 10, 1<<20 + 7, 3 << 20, 32 << 20} {
		r := NewReader(t.Context(), source(want, honest))
		requests := 0
		do := r.src.Do
		r.src.Do = func(req *http.Request) (*http.Response, error) { requests++; return do(req) }
		p := make([]byte, piece)
		for off := 0; off < len(want); off += piece {
			n, err := r.ReadAt(p, int64(off))
			if err != nil && err != io.EOF || !bytes.Equal(p[:n], want[off:min(off+piece, len(want))]) {
				t.Fatalf("%d bytes at %d: %d bytes, %v", piece, off, n, err)
			}
			if r.cache.held > keep {
				t.Fatalf("%d bytes are kept", r.cache.held)
			}
		}
		if n, _ := r.Fetched(); n != int64(len(want)) || requests > 16 {
			t.Errorf("pieces of %d: %d bytes in %d requests", piece, n, requests)
		}
	}
}

// TestRecent: the blocks that are used stay.
func TestRecent(t *testing.T) {
	b := newBlocks(3)
	for i := range int64(3) {
		b.put(i, []byte{byte(i)})
	}
	b.get(0)
	b.put(3, []byte{3})
	if !b.has(0) || b.has(1) || b.held != 3 {
		t.Errorf("kept %v", b.at)
	}
	b.put(3, []byte{4})
	if b.get(3)[0] != 3 {
		t.Error("a block was replaced")
	}
	if b.room(2); b.held != 1 || !b.has(3) {
		t.Errorf("room left %v", b.at)
	}
	if b.room(9); b.held != 0 {
		t.Errorf("room left %v", b.at)
	}
}

// TestStrict has what a server of ranges never does.
func TestStrict(t *testing.T) {
	want := data(2 << 20)
	for name, c := range map[string]struct {
		spoil func(*http.Response)
		odd   string
		loose bool // without Strict it is read
	}{
		"ignores ranges":   {func(r *http.Response) { r.StatusCode, r.ContentLength = 200, 2<<20; r.Header.Del("Content-Range") }, "ignores ranges", false},
		"range as 200":     {func(r *http.Response) { r.StatusCode = 200 }, "ignores ranges", true},
		"open size":        {func(r *http.Response) { edit(r, "/2097152", "/*") }, "with the range", true},
		"refuses":          {func(r *http.Response) { r.StatusCode = 416 }, "refuses a range", false},
		"more bytes":       {func(r *http.Response) { r.ContentLength, r.Body = -1, io.NopCloser(bytes.NewReader(want)) }, "more bytes", false},
		"fewer bytes":      {func(r *http.Response) { r.Body = io.NopCloser(strings.NewReader("x")) }, "early", false},
		"another encoding": {func(r *http.Response) { r.Header.Set("Content-Encoding", "br") }, "encodes", false},
	} {
		for _, strict := range []bool{true, false} {
			src := source(want, c.spoil)
			src.Strict = strict
			r := NewReader(t.Context(), src)
			_, err := r.ReadAt(make([]byte, 10), 0)
			if ok := !strict && c.loose; (err == nil) != ok || !ok && reasonOf(err) != gate.ReasonBadAnswer {
				t.Errorf("%s, strict %v: %v", name, strict, err)
			} else if odd := strings.Join(r.Odd(), ";"); !ok && !(strings.Contains(odd, c.odd) || !strict && odd != "") {
				t.Errorf("%s, strict %v: odd %q", name, strict, odd)
			}
		}
	}
	// An ETag that goes away is another file for the one, and nothing for the other.
	for _, strict := range []bool{true, false} {
		n := 0
		src := source(want, func(r *http.Response) {
			if n++; n > 1 {
				r.Header.Del("ETag")
			}
		})
		src.Strict = strict
		r := NewReader(t.Context(), src)
		if err := at(r, 0, 10); err != nil {
			t.Fatal(err)
		}
		if err := at(r, 1<<20, 10); (err != nil) != strict {
			t.Errorf("strict %v: %v", strict, err)
		}
	}
}

func edit(r *http.Response, from, to string) {
	r.Header.Set("Content-Range", strings.Replace(r.Header.Get("Content-Range"), from, to, 1))
}

// TestAgree: what an answer states is compared, of a file that is read whole and of one
// that is read by ranges, and what is said of it is redacted.
func TestAgree(t *testing.T) {
	for _, size := range []int{100, 2 << 20} {
		src := source(data(size), func(r *http.Response) { r.Header.Set("X-Size", "5") })
		src.Agree = func(r *http.Response) error {
			if s := r.Header.Get("X-Size"); s != fmt.Sprint(size) {
				return fmt.Errorf("states a size of %s to hf_secret", s)
			}
			return nil
		}
		r := NewReader(t.Context(), src)
		if err := at(r, 0, 10); reasonOf(err) != gate.ReasonBadAnswer || strings.Contains(err.Error(), "secret") {
			t.Errorf("%d bytes: %v", size, err)
		}
		if odd := r.Odd(); len(odd) != 1 || odd[0] != "states a size of 5 to …" {
			t.Errorf("%d bytes: odd %q", size, odd)
		}
	}
}

// TestDigests: a small file is held to its digest, one of git too where it is larger.
func TestDigests(t *testing.T) {
	for _, size := range []int{1, 1000, small + 1, 3 << 20} {
		want := data(size)
		git := fmt.Sprintf("%x", sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", size), want...)))
		src := source(want, honest)
		src.Git = git
		var ranged int
		do := src.Do
		src.Do = func(req *http.Request) (*http.Response, error) {
			ranged += len(req.Header["Range"])
			return do(req)
		}
		if err := at(NewReader(t.Context(), src), 0, 1); err != nil || ranged > 0 {
			t.Errorf("%d bytes: %v with %d ranges", size, err, ranged)
		}
		src.Git = strings.Repeat("0", 40)
		r := NewReader(t.Context(), src)
		if err := at(r, 0, 1); reasonOf(err) != gate.ReasonBadAnswer || len(r.Odd()) != 1 {
			t.Errorf("%d bytes with another id: %v, %q", size, err, r.Odd())
		}
		src.SHA256 = fmt.Sprintf("%x", sha256.Sum256(want)) // goes first
		if err := at(NewReader(t.Context(), src), 0, size); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		src.SHA256 = strings.Repeat("0", 64)
		if err := at(NewReader(t.Context(), src), 0, size); reasonOf(err) != gate.ReasonBadAnswer {
			t.Errorf("%d bytes with another digest: %v", size, err)
		}
	}
}

// TestBroken: a connection that breaks is the network's fault, and tried again.
func TestBroken(t *testing.T) {
	want := data(2 << 20)
	for breaks := range attempts + 1 {
		n := 0
		r := NewReader(t.Context(), source(want, func(r *http.Response) {
			if n++; n <= breaks {
				r.Body = io.NopCloser(io.MultiReader(strings.NewReader("x"), broken{}))
			}
		}))
		p := make([]byte, 100)
		_, err := r.ReadAt(p, 0)
		if breaks < attempts && (err != nil || !bytes.Equal(p, want[:100])) || breaks == attempts && reasonOf(err) != gate.ReasonNetwork || len(r.Odd()) > 0 {
			t.Errorf("%d breaks: %v, %q", breaks, err, r.Odd())
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset by peer") }

// TestGivenUp: a caller that gives up is no answer of the server's, and a time that ends
// is.
func TestGivenUp(t *testing.T) {
	silent := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, &url.Error{Op: "Get", URL: "https://example.com/?sig=hush", Err: context.Cause(req.Context())}
	}
	src := source(data(100), honest)
	src.Do = silent
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if err := at(NewReader(ctx, src), 0, 1); !errors.Is(err, context.Canceled) || reasonOf(err) != "" || strings.Contains(err.Error(), "hush") {
		t.Errorf("cancelled: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := at(NewReader(ctx, src), 0, 1); reasonOf(err) != gate.ReasonNetwork || strings.Contains(err.Error(), "hush") {
		t.Errorf("too late: %v", err)
	}
	r := NewReader(t.Context(), src)
	time.AfterFunc(10*time.Millisecond, func() { _ = r.Close() })
	if err := at(r, 0, 1); err == nil {
		t.Error("read a closed file")
	}
}

// FuzzReader: an honest server's file is read as it is, by any reads; a dishonest one's is
// an error or as long as asked, and never another file than the digest says.
func FuzzReader(f *testing.F) {
	f.Add(uint32(3<<20), []byte{1, 2, 3, 200, 9, 7}, byte(0), "")
	f.Add(uint32(100), []byte{0, 0, 1}, byte(1), "bytes 0-99/100")
	f.Add(uint32(2<<20), []byte{9, 200, 255, 9, 200, 5}, byte(2), "bytes 5-6/*")
	f.Add(uint32(5<<20), []byte{0, 0, 9, 0, 8, 99, 255, 255, 255}, byte(4), `"2"`)
	file := data(12 << 20)
	f.Fuzz(func(t *testing.T, size uint32, ops []byte, fault byte, text string) {
		want := file[:size%uint32(len(file))]
		answers := 0
		src := source(want, func(r *http.Response) {
			if answers++; answers%4 == int(fault>>6) {
				spoil(r, fault, text)
			}
		})
		src.Strict = fault&32 == 0
		if fault&16 != 0 {
			src.SHA256 = fmt.Sprintf("%x", sha256.Sum256(want))
		}
		r := NewReader(t.Context(), src)
		var asked int64
		for ops = ops[:min(len(ops), 60)]; len(ops) >= 3; {
			off := int64(ops[0])<<16 + int64(ops[1])<<8
			p := make([]byte, 1<<(ops[2]%23)-1)
			ops = ops[3:]
			n, err := r.ReadAt(p, off)
			asked += int64(n)
			checkRead(t, r, src, p[:n], want, off, err, fault&7 == 0)
		}
		if got, _ := r.Fetched(); got > attempts*(2*asked+int64(answers+1)*(2*request)) || r.cache.held > keep {
			t.Errorf("%d bytes for %d, %d kept", got, asked, r.cache.held)
		}
	})
}

func checkRead(t *testing.T, r *Reader, src Source, got, want []byte, off int64, err error, honest bool) {
	t.Helper()
	if err != nil && err != io.EOF {
		if honest || reasonOf(err) == "" {
			t.Errorf("at %d: %v", off, err)
		}
		return
	}
	if off >= int64(len(want)) {
		return
	}
	trusted := honest || src.SHA256 != "" && src.Size <= small
	if trusted && !bytes.Equal(got, want[off:off+int64(len(got))]) {
		t.Errorf("at %d: %d other bytes", off, len(got))
	}
	if honest && len(r.Odd()) > 0 {
		t.Errorf("odd %q", r.Odd())
	}
}

// spoil changes one thing about an answer.
func spoil(r *http.Response, fault byte, text string) {
	switch fault & 7 {
	case 1:
		r.Header.Set("Content-Range", text)
	case 2:
		r.StatusCode = 200 + len(text)*7%400
	case 3:
		r.Body = io.NopCloser(strings.NewReader(text))
	case 4:
		r.Header.Set("ETag", text)
	case 5:
		r.ContentLength = int64(len(text)) - 2
	case 6:
		r.Header.Set("Content-Encoding", text)
	case 7:
		r.ContentLength, r.Body = -1, io.NopCloser(io.MultiReader(strings.NewReader(text), r.Body, strings.NewReader("x")))
	}
}
