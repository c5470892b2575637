// Package modelscope asks ModelScope for its models: their files, with digests, and the
// commit that a branch or tag means. The requests are those of its Python client,
// https://github.com/modelscope/modelscope_hub.
package modelscope

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// Config says where models are asked for.
type Config struct {
	// Endpoints are asked in turn until one knows the model.
	Endpoints []string
	Rules     httpsafe.Rules
}

const (
	chinese       = "https://modelscope.cn"
	international = "https://modelscope.ai"
	branch        = "master" // what is meant without a revision
)

// FromEnv reads the variables of the Python client: MODELSCOPE_ENDPOINT, or the older
// MODELSCOPE_DOMAIN, and else MODELSCOPE_PREFER_AI_SITE for which of the two sites is
// asked first. An endpoint that is configured so may have a private address.
func FromEnv(getenv func(string) string) Config {
	if e := strings.TrimSpace(cmp.Or(getenv("MODELSCOPE_ENDPOINT"), getenv("MODELSCOPE_DOMAIN"))); e != "" {
		if !strings.Contains(e, "://") {
			e = "https://" + e
		}
		c := Config{Endpoints: []string{e}}
		if u, err := url.Parse(e); err == nil {
			c.Rules.Loopback = httpsafe.Loopback(u.Hostname())
			c.Rules.Private = []string{u.Hostname()}
		}
		return c
	}
	c := Config{Endpoints: []string{chinese, international}}
	if slices.Contains([]string{"1", "true", "yes", "on"}, strings.ToLower(getenv("MODELSCOPE_PREFER_AI_SITE"))) {
		slices.Reverse(c.Endpoints)
	}
	return c
}

// Registry asks ModelScope. It has no credentials: private models count as not found.
type Registry struct {
	endpoints []*url.URL
	http      *http.Client
	answered  sync.Map // id of a model -> the endpoint that knows it
}

var _ gate.Registry = (*Registry)(nil)

// New returns a registry for the source "modelscope".
func New(config Config) (*Registry, error) {
	r := &Registry{http: httpsafe.New(config.Rules)}
	for _, e := range config.Endpoints {
		u, err := url.Parse(strings.TrimRight(e, "/"))
		if err == nil {
			err = config.Rules.Check(u)
		}
		if err != nil || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("the ModelScope endpoint %q is not an https URL that can be asked; set MODELSCOPE_ENDPOINT to one", httpsafe.Shown(u))
		}
		r.endpoints = append(r.endpoints, u)
	}
	if len(r.endpoints) == 0 {
		return nil, errors.New("no ModelScope endpoint is configured")
	}
	return r, nil
}

// Repository implements gate.Registry.
func (r *Registry) Repository(ctx context.Context, model gate.ModelID) (*gate.Repository, error) {
	if err := check(model); err != nil {
		return nil, err
	}
	var err error
	for _, e := range r.endpoints {
		a := ask{http: r.http, endpoint: e, model: model, revision: cmp.Or(model.Revision, branch)}
		var repo *gate.Repository
		if repo, err = a.repository(ctx); err == nil {
			r.answered.Store(model.Key(), e)
			return repo, nil
		}
		if u, ok := errors.AsType[*gate.Unavailable](err); !ok || u.Reason != gate.ReasonNotFound {
			return nil, err
		}
	}
	return nil, err
}

// Open implements gate.Registry. Files of a repository without a commit are those that
// its branch or tag has when they are read.
func (r *Registry) Open(ctx context.Context, repo *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	if err := check(repo.Model); err != nil {
		return nil, err
	}
	if !httpsafe.FilePath(f.Path) || f.Size < 0 {
		return nil, &gate.Unavailable{ID: repo.Model.String(), Reason: gate.ReasonEntry, Detail: fmt.Sprintf("%q is no file of a model", f.Path)}
	}
	endpoint := r.endpoints[0]
	if e, ok := r.answered.Load(repo.Model.Key()); ok {
		endpoint = e.(*url.URL)
	}
	a := ask{http: r.http, endpoint: endpoint, model: repo.Model}
	revision := cmp.Or(repo.Commit, repo.Model.Revision, branch)
	return httpsafe.NewReader(ctx, httpsafe.Source{
		ID:     repo.Model.String(),
		URL:    a.url("/repo", url.Values{"Revision": {revision}, "FilePath": {f.Path}}),
		Size:   f.Size,
		SHA256: f.SHA256,
		Do:     r.http.Do,
		Direct: r.http.Do,
	}), nil
}

var (
	name     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
	revision = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/+-]{0,254}$`)
	commit   = regexp.MustCompile(`^[0-9a-f]{40}$`)
	digest   = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// check says why a name cannot be asked for. What it lets pass can stand in a URL.
func check(m gate.ModelID) error {
	why := ""
	switch {
	case m.Source != "modelscope":
		why = fmt.Sprintf("the source %q is not ModelScope", m.Source)
	case !name.MatchString(m.Namespace) || !name.MatchString(m.Name):
		why = "it is no owner and name"
	case m.Revision != "" && (!revision.MatchString(m.Revision) || strings.Contains(m.Revision, "..")):
		why = fmt.Sprintf("%q is no revision", m.Revision)
	default:
		return nil
	}
	return &gate.Unavailable{ID: m.String(), Reason: gate.ReasonUnsupported, Detail: fmt.Sprintf("%q cannot be asked for: %s", m.String(), why)}
}
