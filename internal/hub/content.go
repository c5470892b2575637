package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
)

// odd is a reason to distrust the server: what it sent contradicts what it stated.
type odd struct{ reason string }

func (o *odd) Error() string { return o.reason }

func oddly(format string, args ...any) error { return &odd{fmt.Sprintf(format, args...)} }

// object is one file at one commit: what every answer about its bytes must agree with.
type object struct {
	client *Client
	id     string // of the model, for messages
	commit string
	file   gate.RemoteFile
	home   *url.URL // where the endpoint resolves it
	meter  *meter
}

func (c *Client) object(r *gate.Repository, f gate.RemoteFile) (*object, error) {
	id := r.Model.String()
	if r.Model.Key() == "" {
		id = modelName(r.Name, r.Commit)
	}
	if err := CheckName(r.Name); err != nil {
		return nil, badAnswer(id, "%q cannot be the name of a model: %v", r.Name, err)
	}
	if !IsCommit(r.Commit) {
		return nil, badAnswer(id, "%q is no commit", r.Commit)
	}
	if err := plainPath(f.Path); err != nil {
		return nil, badAnswer(id, "the file %.200q of %s cannot be asked for: %v", f.Path, id, err)
	}
	if f.Size < 0 || f.Size > maxFileSize {
		return nil, badAnswer(id, "the file %.200q of %s has %d bytes", f.Path, id, f.Size)
	}
	var path strings.Builder
	for e := range strings.SplitSeq(f.Path, "/") {
		path.WriteString("/" + url.PathEscape(e))
	}
	home, err := c.url("/"+r.Name+"/resolve/"+r.Commit+path.String(), nil)
	if err != nil {
		return nil, err
	}
	return &object{client: c, id: id, commit: r.Commit, file: f, home: home, meter: &meter{}}, nil
}

// request asks for the file at its home, or where the home sent us before.
func (o *object) request(at *url.URL, storage bool, header http.Header) request {
	if at == nil {
		at, storage = o.home, false
	}
	return request{id: o.id, what: aboutContent, url: at, header: header, storage: storage, meter: o.meter}
}

// agrees compares what the endpoint states of the file with its listing.
func (o *object) agrees(stated http.Header) error {
	if stated == nil {
		return nil
	}
	if commit := stated.Get("X-Repo-Commit"); commit != "" && commit != o.commit {
		return oddly("the server answered for the commit %.60q and was asked for %s", commit, o.commit)
	}
	if size := stated.Get("X-Linked-Size"); size != "" && size != strconv.FormatInt(o.file.Size, 10) {
		return oddly("the server states a size of %.30q, and listed %d", size, o.file.Size)
	}
	want := o.file.SHA256
	if want == "" {
		want = o.file.Git
	}
	if etag := opaque(stated.Get("X-Linked-Etag")); etag != "" && want != "" && etag != want {
		return oddly("the server states the digest %.80q, and listed %s", etag, want)
	}
	return nil
}

// opaque is the text of an ETag.
func opaque(etag string) string { return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`) }

// digest compares the whole file with the digest of its listing.
func (o *object) digest(data []byte) error {
	sum, want := "", o.file.SHA256
	if want != "" {
		s := sha256.Sum256(data)
		sum = hex.EncodeToString(s[:])
	} else if want = o.file.Git; want != "" {
		h := sha1.New()
		fmt.Fprintf(h, "blob %d\x00", len(data))
		h.Write(data)
		sum = hex.EncodeToString(h.Sum(nil))
	}
	if sum != want {
		return oddly("the server sent other bytes than it listed: their digest is %s and not %s", sum, want)
	}
	return nil
}

// span is a part of a file: the bytes [from, to).
type span struct{ from, to int64 }

func (s span) len() int64 { return s.to - s.from }

func (s span) header() http.Header {
	return http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", s.from, s.to-1)}}
}

// answers tells whether an answer is exactly this span of a file of the size.
func (s span) answers(r *http.Response, size int64) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return oddly("the server encodes the bytes of a range as %.30q", e)
	}
	got, want := r.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/%d", s.from, s.to-1, size)
	if got != want {
		return oddly("the server answered %q with the range %.60q", want, got)
	}
	if r.ContentLength >= 0 && r.ContentLength != s.len() {
		return oddly("the server answered a range of %d bytes with %d", s.len(), r.ContentLength)
	}
	return nil
}

// refused reads an answer that has no bytes of the file. A storage host knows nothing of
// tokens and models.
func (o *object) refused(a *answer) error {
	if !a.storage {
		return o.client.refusal(o.id, aboutContent, a.Response)
	}
	if a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusUnauthorized {
		return unavailable(o.id, gate.ReasonNetwork, "the storage host %s refuses the file %.200q of %s (status %d)", a.url.Host, o.file.Path, o.id, a.StatusCode)
	}
	return badAnswer(o.id, "the storage host %s answered with status %d for the file %.200q of %s", a.url.Host, a.StatusCode, o.file.Path, o.id)
}

// failed makes what a caller gets of an error: contradictions are bad answers.
func (o *object) failed(err error) error {
	if q, ok := errors.AsType[*odd](err); ok {
		return badAnswer(o.id, "%.200q of %s: %s", o.file.Path, o.id, q.reason)
	}
	return err
}

// Open implements gate.Registry. It makes no request: the first read does.
func (c *Client) Open(ctx context.Context, r *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	o, err := c.object(r, f)
	if err != nil {
		return nil, err
	}
	if err := c.allowed(o.id); err != nil {
		return nil, err
	}
	return newReader(ctx, o), nil
}
