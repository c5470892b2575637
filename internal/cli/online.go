package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/httpsafe"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/modelscope"
	"github.com/modelgate/gate/internal/oci"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/weburl"
)

// registries are those that a run may ask, by the source of an id: none offline. Named
// says that the user named the model: only then may it be on this machine, where the code
// of a pull request must not lead.
func (c *Command) registries(offline, named bool) (map[string]gate.Registry, error) {
	cfg, err := hub.FromEnv(c.Getenv)
	if err != nil {
		return nil, usageError{err}
	}
	if offline || cfg.Offline || c.setting("", "OFFLINE") == "true" {
		return nil, nil
	}
	cfg.UserAgent = "modelgate/" + c.Version
	client, err := hub.New(cfg)
	if err != nil {
		return nil, usageError{err}
	}
	rules := httpsafe.Rules{Loopback: named || c.Getenv("GATE_LOOPBACK") == "1", Proxy: http.ProxyFromEnvironment}
	scope := modelscope.FromEnv(c.Getenv)
	scope.Rules.Proxy = http.ProxyFromEnvironment
	scopes, err := modelscope.New(scope)
	if err != nil {
		return nil, usageError{err}
	}
	containers := oci.New(oci.Config{Rules: rules})
	return map[string]gate.Registry{
		"hf": client, "modelscope": scopes, "oci": containers, "ollama": containers, "url": weburl.New(rules),
	}, nil
}

// models looks at the models that references name, as far as the run may ask for them.
func (c *Command) models(ctx context.Context, refs []gate.Reference, opt scan.Online) (*findings, error) {
	progress := c.progress("models")
	defer progress.done()
	opt.Progress = progress.step
	opt.Auditors = checks.Auditors()
	opt.Now = c.now()
	found, err := scan.Models(ctx, refs, opt)
	if err != nil {
		return nil, err
	}
	return &findings{Artifacts: found.Artifacts, Evidence: found.Evidence, Stats: found.Stats}, nil
}

// readLock reads the lock of a repository. That there is none is no error, unless the user
// named one.
func (c *Command) readLock(named string, root *os.Root) (*lock.File, error) {
	var text []byte
	var err error
	path := lock.Name
	if named != "" {
		path = named
		text, err = os.ReadFile(c.path(named))
	} else {
		text, err = root.ReadFile(lock.Name)
		if errors.Is(err, fs.ErrNotExist) {
			return lock.New(lock.Name), nil
		}
	}
	if err != nil {
		return nil, usagef("reading the lock: %w", err)
	}
	f, err := lock.Parse(path, text)
	if err != nil {
		return nil, usageError{err}
	}
	return f, nil
}

// trusted are the publishers that a policy trusts, by name and id.
func trusted(pol *config.Policy) []gate.Publisher {
	var out []gate.Publisher
	for _, p := range pol.Publishers {
		name, _ := p["name"].(string)
		id, _ := p["id"].(string)
		out = append(out, gate.Publisher{Name: name, ID: id})
	}
	return out
}

// registryModel is the model that an argument such as "hf:org/name@rev" names.
func registryModel(arg string) (gate.ModelID, error) {
	id, err := lock.ParseKey(arg)
	if err != nil {
		var plain error
		if id, plain = lock.ParseKey(arg + "@main"); plain != nil {
			return gate.ModelID{}, usagef("%q is no model of a registry, such as hf:ORG/NAME or hf:ORG/NAME@REVISION: %w", arg, err)
		}
	}
	return id, nil
}

// offlineSentence says why the registries were not asked.
func offlineSentence(offline bool) string {
	how := "HF_HUB_OFFLINE is set"
	if offline {
		how = "the run is offline"
	}
	return fmt.Sprintf("the registries: who published the models that are referenced, and what their files hold (%s)", how)
}
