package hub

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// Exchange is how a pipeline gets a token without a secret: it proves its identity to the
// Hub (https://huggingface.co/docs/hub/trusted-publishers). Resource is the user or the
// repository of the Hub that trusts the pipeline.
type Exchange struct {
	Resource string
	IDToken  string // or else it is asked for at the runner of GitHub
	// RequestURL and RequestToken are ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN, which a
	// workflow with "id-token: write" has.
	RequestURL, RequestToken string
}

func exchangeFromEnv(getenv func(string) string) Exchange {
	return Exchange{
		Resource:     strings.TrimSpace(getenv("HF_OIDC_RESOURCE")),
		IDToken:      strings.TrimSpace(getenv("HF_OIDC_ID_TOKEN")),
		RequestURL:   getenv("ACTIONS_ID_TOKEN_REQUEST_URL"),
		RequestToken: getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
	}
}

// possible tells that there is what an exchange needs. A pull request of a fork has none
// of it and is served anonymously.
func (e Exchange) possible() bool {
	return e.Resource != "" && (e.IDToken != "" || e.RequestURL != "" && e.RequestToken != "")
}

// exchanger has the token of a client, whichever it is.
type exchanger struct {
	Exchange
	client *Client
	fixed  string

	mu      sync.Mutex
	got     string
	expires time.Time
	failed  *gate.Unavailable
}

// authenticated tells that requests carry a token.
func (e *exchanger) authenticated() bool { return e.fixed != "" || e.possible() }

// token returns the token for a request at the endpoint; an exchanged one goes before
// that of the environment, as in the Hub's own clients.
func (e *exchanger) token(ctx context.Context, id string) (string, error) {
	if !e.possible() {
		return e.fixed, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil {
		return "", unavailable(id, e.failed.Reason, "%s", e.failed.Detail)
	}
	if e.got != "" && time.Now().Before(e.expires) {
		return e.got, nil
	}
	err := e.exchange(ctx, id)
	if u, ok := errors.AsType[*gate.Unavailable](err); ok && ctx.Err() == nil {
		e.failed = u
	}
	return e.got, err
}

// exchange is RFC 8693: the identity of the pipeline for a token of the Hub.
func (e *exchanger) exchange(ctx context.Context, id string) error {
	identity, err := e.identity(ctx, id)
	if err != nil {
		return err
	}
	question, err := json.Marshal(map[string]string{
		"grant_type":         "urn:ietf:params:oauth:grant-type:token-exchange",
		"subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
		"subject_token":      identity,
		"resource":           e.Resource,
	})
	if err != nil {
		return err
	}
	u, err := e.client.url("/oauth/token", nil)
	if err != nil {
		return err
	}
	var reply struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if err := e.ask(ctx, request{id: id, url: u, header: header, post: question, bare: true}, &reply); err != nil {
		return err
	}
	if reply.AccessToken == "" || checkToken(reply.AccessToken) != nil {
		return unavailable(id, gate.ReasonBadToken, "the keyless exchange with the Hub gave no token")
	}
	e.got = reply.AccessToken
	e.expires = time.Now().Add(time.Duration(max(0, min(reply.ExpiresIn, 3600))-60) * time.Second)
	return nil
}

// identity is the signed identity of the pipeline, made out to the endpoint alone.
func (e *exchanger) identity(ctx context.Context, id string) (string, error) {
	if e.IDToken != "" {
		return e.IDToken, nil
	}
	u, err := url.Parse(e.RequestURL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && httpsafe.Loopback(u.Hostname())) {
		return "", unavailable(id, gate.ReasonBadToken, "ACTIONS_ID_TOKEN_REQUEST_URL is no https URL")
	}
	q := u.Query()
	q.Set("audience", e.client.endpoint.Scheme+"://"+e.client.endpoint.Host)
	u.RawQuery = q.Encode()
	var reply struct {
		Value string `json:"value"`
	}
	if checkToken(e.RequestToken) != nil {
		return "", unavailable(id, gate.ReasonBadToken, "ACTIONS_ID_TOKEN_REQUEST_TOKEN is no token")
	}
	header := http.Header{"Authorization": {"Bearer " + e.RequestToken}}
	if err := e.ask(ctx, request{id: id, url: u, header: header, bare: true}, &reply); err != nil {
		return "", err
	}
	if reply.Value == "" {
		return "", unavailable(id, gate.ReasonBadToken, "the runner gave no identity: does the workflow have id-token: write?")
	}
	return reply.Value, nil
}

// ask sends one request of the exchange, which is never redirected.
func (e *exchanger) ask(ctx context.Context, r request, v any) error {
	resp, err := e.client.send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return unavailable(r.id, gate.ReasonBadToken, "the keyless exchange failed: %s answered with status %d; does %q at the Hub trust this workflow?", r.url.Host, resp.StatusCode, e.Resource)
	}
	if err := decode(resp.Body, v); err != nil {
		return unavailable(r.id, gate.ReasonBadToken, "the keyless exchange failed: the answer of %s makes no sense", r.url.Host)
	}
	return nil
}
