package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// odd is a reason to distrust the server, as a predicate of it: what it sent contradicts
// what it stated.
type odd struct{ reason string }

func (o *odd) Error() string { return o.reason }

func oddly(format string, args ...any) error {
	return &odd{httpsafe.Redact(fmt.Sprintf(format, args...))}
}

// object is one file at one commit: what every answer about its bytes must agree with.
type object struct {
	client *Client
	id     string // of the model, for messages
	commit string
	file   gate.RemoteFile
	home   *url.URL // where the endpoint resolves it
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
	return &object{client: c, id: id, commit: r.Commit, file: f, home: home}, nil
}

// get asks for bytes of the file, at its home or where the home sent us before.
func (o *object) get(ctx context.Context, at *url.URL, header http.Header) (*answer, error) {
	return o.client.get(ctx, request{id: o.id, what: aboutContent, url: at, header: header, storage: !o.client.sameOrigin(at)})
}

// do is get for a reader, which reads what the answer has and knows one refusal: that of
// a place that does not serve any more.
func (o *object) do(req *http.Request) (*http.Response, error) {
	a, err := o.get(req.Context(), req.URL, req.Header)
	if err != nil {
		return nil, err
	}
	switch a.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return a.Response, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		if !o.client.sameOrigin(req.URL) {
			return a.Response, nil
		}
	}
	discard(a.Response)
	return nil, o.refused(a)
}

// agrees compares what the endpoint states of the file with its listing.
func (o *object) agrees(r *http.Response) error {
	stated := o.client.stated(r)
	if commit := stated.Get("X-Repo-Commit"); commit != "" && commit != o.commit {
		return oddly("answered for the commit %.60q and was asked for %s", commit, o.commit)
	}
	if size := stated.Get("X-Linked-Size"); size != "" && size != strconv.FormatInt(o.file.Size, 10) {
		return oddly("states a size of %.30q, and listed %d", size, o.file.Size)
	}
	want := o.file.SHA256
	if want == "" {
		want = o.file.Git
	}
	if etag := opaque(stated.Get("X-Linked-Etag")); etag != "" && want != "" && etag != want {
		return oddly("states the digest %.80q, and listed %s", etag, want)
	}
	return nil
}

// opaque is the text of an ETag.
func opaque(etag string) string { return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`) }

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
		return badAnswer(o.id, "%.200q of %s: the server %s", o.file.Path, o.id, q.reason)
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
	return httpsafe.NewReader(ctx, httpsafe.Source{
		ID:      o.id,
		URL:     o.home,
		Size:    f.Size,
		SHA256:  f.SHA256,
		Git:     f.Git,
		Do:      o.do,
		Direct:  o.do,
		Agree:   o.agrees,
		Strict:  true,
		Patient: true,
	}), nil
}
