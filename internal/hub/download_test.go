package hub

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub/hubtest"
)

func stored(t *testing.T, edits ...func(*Config)) (*hubtest.Hub, *Client, *gate.Repository, []byte) {
	t.Helper()
	data := make([]byte, 3<<20)
	for i := range data {
		data[i] = byte(i >> 5 * 3)
	}
	h, c, r, _ := hosted(t, hubtest.Options{}, int64(len(data)), bytes.NewReader(data), edits...)
	return h, c, r, data
}

func TestDownload(t *testing.T) {
	h, c, r, data := stored(t)
	d, err := c.Download(t.Context(), r, r.Files[0], 0, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(d)
	if err != nil || !bytes.Equal(got, data) || d.Close() != nil {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if q := h.Requests(); len(q) != 2 || !q[0].Authorized || q[1].Authorized || !q[1].Storage || q[0].Range != "" {
		t.Errorf("%+v", q)
	}
	etag := d.ETag()

	// It is taken up where an earlier one ended.
	d, err = c.Download(t.Context(), r, r.Files[0], 1<<20, etag)
	if err != nil || d.Offset() != 1<<20 {
		t.Fatal(err)
	}
	if got, err = io.ReadAll(d); err != nil || !bytes.Equal(got, data[1<<20:]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	d.Close()

	// Another file, or a server without ranges, begins anew.
	d, err = c.Download(t.Context(), r, r.Files[0], 1<<20, "")
	if err != nil || d.Offset() != 0 {
		t.Fatalf("%v, %v", d, err)
	}
	d.Close()
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/xet-bridge-us/"), IgnoreRange: true})
	d, err = c.Download(t.Context(), r, r.Files[0], 1<<20, etag)
	if err != nil || d.Offset() != 0 {
		t.Fatalf("%v, %v", d, err)
	}
	if got, err = io.ReadAll(d); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := d.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
	d.Close()
}

// TestBrokenDownload: it goes on where the connection broke.
func TestBrokenDownload(t *testing.T) {
	h, c, r, data := stored(t)
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/xet-bridge-us/"), Truncate: 1 << 20, Times: 2})
	d, err := c.Download(t.Context(), r, r.Files[0], 0, "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	got, err := io.ReadAll(d)
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	q := h.Requests()
	if last := q[len(q)-1]; !strings.HasPrefix(last.Range, "bytes=") || last.Header.Get("If-Range") != d.ETag() {
		t.Errorf("%+v", last)
	}
}

func TestDownloadThatChanges(t *testing.T) {
	for name, after := range map[string]hubtest.Fault{
		"etag":   {Header: map[string]string{"ETag": `"other"`}},
		"whole":  {IgnoreRange: true},
		"length": {Header: map[string]string{"Content-Range": "bytes 1-2/3"}},
		"416":    {Status: 416},
	} {
		t.Run(name, func(t *testing.T) {
			h, c, r, _ := stored(t)
			h.Fault(hubtest.Fault{Match: hubtest.PathHas("/xet-bridge-us/"), Truncate: 1 << 20, Times: 1})
			after.Match = hubtest.PathHas("/xet-bridge-us/")
			h.Fault(after)
			d, err := c.Download(t.Context(), r, r.Files[0], 0, "")
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			_, err = io.Copy(io.Discard, d)
			wantReason(t, err, gate.ReasonBadAnswer)
		})
	}
}

// TestDownloadSizes: a file is as long as its listing says.
func TestDownloadSizes(t *testing.T) {
	_, c, r, _ := stored(t)
	for _, more := range []int64{-1, 1} {
		f := r.Files[0]
		f.Size += more
		_, err := c.Download(t.Context(), r, f, 0, "")
		wantReason(t, err, gate.ReasonBadAnswer)
	}
	for name, body := range map[string]string{"more": "12345", "less": "123"} {
		rec, c := serve(t, text(""), nil)
		rec.handler = chunked(body)
		repo := &gate.Repository{Name: "a/b", Commit: commitA}
		d, err := c.Download(t.Context(), repo, gate.RemoteFile{Path: "x", Size: 4}, 0, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(d)
		if err == nil || len(got) > 4 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		d.Close()
	}
}

func TestStalledDownload(t *testing.T) {
	h, _, r, _ := stored(t)
	c := client(t, Config{Endpoint: h.URL, Token: "hf_alice", EtagTimeout: 2 * time.Minute, DownloadTimeout: 100 * time.Millisecond})
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/xet-bridge-us/"), Drip: 20 * time.Millisecond})
	d, err := c.Download(t.Context(), r, r.Files[0], 0, "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, err = io.Copy(io.Discard, d)
	wantReason(t, err, gate.ReasonNetwork)
}
