// Package oci asks container registries for the models that they hold, by the OCI
// distribution specification 1.1: artifacts of Docker Model Runner, ModelPack and KitOps,
// container images with models in them, and Ollama's library.
package oci

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// Config says where models are asked for.
type Config struct {
	// Rules bound where requests may go. With Loopback, a registry on this machine is
	// asked over http.
	Rules httpsafe.Rules
	// Mirrors are the hosts that are asked in the place of others, both with their ports:
	// "registry.ollama.ai" or "registry-1.docker.io" to one of the user.
	Mirrors map[string]string
}

// Registry asks container registries. It has no credentials: private models count as not
// found.
type Registry struct {
	config Config
	http   *http.Client
	auth   *auth.Client
}

var _ gate.Registry = (*Registry)(nil)

const (
	manifestBytes = 4 << 20 // what the specification asks registries to take
	manifestTime  = time.Minute
)

// New returns a registry for the sources "oci" and "ollama".
func New(config Config) *Registry {
	client := httpsafe.New(config.Rules)
	return &Registry{
		config: config,
		http:   client,
		auth:   &auth.Client{Client: client, Cache: auth.NewCache()},
	}
}

// Repository implements gate.Registry. The commit is the digest of the manifest, or of
// the index that the tag names; the files are the layers.
func (r *Registry) Repository(ctx context.Context, model gate.ModelID) (*gate.Repository, error) {
	p, err := r.place(model)
	if err != nil {
		return nil, err
	}
	m, err := r.manifest(ctx, p, p.reference)
	if err != nil {
		return nil, err
	}
	repo := &gate.Repository{
		Model:     model,
		Name:      model.Key(),
		Commit:    m.digest,
		License:   short(m.Annotations["org.opencontainers.image.licenses"]),
		Reachable: "unknown", // no registry says which tags lead to a digest
	}
	if p.reference != m.digest {
		repo.Reachable = "yes"
		repo.Refs = []gate.Ref{{Name: p.reference, Kind: "tag", Commit: m.digest}}
	}
	l := listing{model: p.id, seen: map[string]string{}, next: map[string]int{}}
	if err := r.list(ctx, p, m, &l); err != nil {
		return nil, err
	}
	repo.Files, repo.Notes = l.files, l.notes
	return repo, nil
}

// Open implements gate.Registry.
func (r *Registry) Open(ctx context.Context, repo *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	p, err := r.place(repo.Model)
	if err != nil {
		return nil, err
	}
	if !digest.MatchString("sha256:"+f.SHA256) || f.Size < 0 {
		return nil, &gate.Unavailable{
			ID:     p.id,
			Reason: gate.ReasonUnsupported,
			Detail: fmt.Sprintf("%q of %q has no SHA-256 digest by which it could be asked for", f.Path, p.id),
		}
	}
	return httpsafe.NewReader(ctx, httpsafe.Source{
		ID:     p.id,
		URL:    p.url("blobs", "sha256:"+f.SHA256),
		Size:   f.Size,
		SHA256: f.SHA256,
		Do:     r.do(p),
		Direct: r.http.Do,
	}), nil
}

// do sends requests for one repository, with the anonymous token that its registry hands
// out where it asks for one.
func (r *Registry) do(p place) httpsafe.Do {
	ref := registry.Reference{Registry: p.host, Repository: p.repository}
	return func(req *http.Request) (*http.Response, error) {
		ctx := auth.AppendRepositoryScope(req.Context(), ref, auth.ActionPull)
		resp, err := r.auth.Do(req.WithContext(ctx))
		return resp, tokenError(err)
	}
}

// tokenError says what a token service answered. The library's own words have URLs in
// them.
func tokenError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*errcode.ErrorResponse](err); ok {
		return &httpsafe.StatusError{Code: e.StatusCode}
	}
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		return &httpsafe.StatusError{Code: http.StatusUnauthorized}
	}
	if httpsafe.OfRequest(err) {
		return err
	}
	return fmt.Errorf("%w: the registry gives no token that could be used", httpsafe.ErrOdd)
}
