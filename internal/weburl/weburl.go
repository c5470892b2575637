// Package weburl asks web servers for single files of weights that a repository names by
// their URLs: how long the file is and, by ranges, its bytes (RFC 9110). A web server
// knows no revisions and states no digest.
package weburl

import (
	"cmp"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// Registry asks web servers.
type Registry struct {
	rules httpsafe.Rules
	http  *http.Client
}

var _ gate.Registry = (*Registry)(nil)

const (
	answerTime = time.Minute
	maxSize    = 1 << 46
)

// New returns a registry for the source "url".
func New(rules httpsafe.Rules) *Registry {
	return &Registry{rules: rules, http: httpsafe.New(rules)}
}

// Repository implements gate.Registry. It has the one file and no commit.
func (r *Registry) Repository(ctx context.Context, model gate.ModelID) (*gate.Repository, error) {
	u, err := r.url(model)
	if err != nil {
		return nil, err
	}
	file := path.Base(cmp.Or(model.File, u.Path))
	if !httpsafe.FilePath(file) {
		file = "file"
	}
	size, err := r.size(ctx, u)
	if err != nil {
		return nil, httpsafe.Unavailable(httpsafe.Shown(u), u.Host, err)
	}
	return &gate.Repository{
		Model:     model,
		Name:      model.Key(),
		Reachable: "unknown",
		Files:     []gate.RemoteFile{{Path: file, Size: size}},
	}, nil
}

// Open implements gate.Registry.
func (r *Registry) Open(ctx context.Context, repo *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	u, err := r.url(repo.Model)
	if err != nil {
		return nil, err
	}
	return httpsafe.NewReader(ctx, httpsafe.Source{
		ID: httpsafe.Shown(u), URL: u, Size: max(0, f.Size), SHA256: f.SHA256, Do: r.http.Do, Direct: r.http.Do,
	}), nil
}

// url is what is asked for a model. A URL with a credential in it is not asked: it would
// be used in the name of somebody else.
func (r *Registry) url(model gate.ModelID) (*url.URL, error) {
	u, err := url.Parse(model.URL)
	if err != nil || model.Source != "url" {
		return nil, &gate.Unavailable{Reason: gate.ReasonUnsupported, Detail: "the reference is not a URL that can be read"}
	}
	u.Fragment, u.RawFragment = "", ""
	err = r.rules.Check(u)
	if key := credential(u); err == nil && key != "" {
		err = fmt.Errorf("%w: the query carries a credential, %q", httpsafe.ErrRefused, key)
	}
	if err != nil {
		return nil, &gate.Unavailable{ID: httpsafe.Shown(u), Reason: gate.ReasonUnsupported, Detail: fmt.Sprintf("%q cannot be asked for: %v", httpsafe.Shown(u), err)}
	}
	return u, nil
}

// size asks for the first byte, since servers that sign URLs for GET answer no HEAD.
func (r *Registry) size(ctx context.Context, u *url.URL) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Range", "bytes=0-0")
	resp, err := httpsafe.Send(r.http.Do, req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	size, text := resp.ContentLength, resp.Header.Get("Content-Range")
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		size = total(text, "bytes 0-0/")
	case http.StatusRequestedRangeNotSatisfiable:
		size = total(text, "bytes */") // an empty file has no first byte
	default:
		return 0, &httpsafe.StatusError{Code: resp.StatusCode}
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case media == "text/html":
		return 0, fmt.Errorf("%w: it is a page for people", httpsafe.ErrOdd)
	case resp.Header.Get("Content-Encoding") != "":
		return 0, fmt.Errorf("%w: it is encoded as %q", httpsafe.ErrOdd, resp.Header.Get("Content-Encoding"))
	case size < 0 || size > maxSize:
		return 0, fmt.Errorf("%w: the server does not state the size of the file", httpsafe.ErrOdd)
	}
	return size, nil
}

func total(text, prefix string) int64 {
	rest, ok := strings.CutPrefix(text, prefix)
	n, err := strconv.ParseInt(rest, 10, 64)
	if !ok || err != nil {
		return -1
	}
	return n
}

// credential is the name of a parameter that gives access.
func credential(u *url.URL) string {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "?" // servers differ in how they read it
	}
	for key := range query {
		k := strings.ToLower(key)
		for _, word := range []string{"token", "secret", "password", "passwd", "signature", "credential", "apikey", "api_key", "api-key", "auth"} {
			if strings.Contains(k, word) {
				return key
			}
		}
		if k == "sig" || k == "key" || k == "jwt" || k == "sv" {
			return key
		}
	}
	return ""
}
