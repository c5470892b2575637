package cli

import (
	"fmt"
	"net/http"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/modelscope"
	"github.com/modelgate/gate/internal/oci"
	"github.com/modelgate/gate/internal/usage"
	"github.com/modelgate/gate/internal/weburl"
)

// registries are those that a run may ask, by the source of an id: none offline. Named
// says that the user named the model: only then may it be on this machine, where the code
// of a pull request must not lead.
func (c *Command) registries(offline, named bool) (map[string]gate.Registry, error) {
	cfg, err := hub.FromEnv(c.Getenv)
	if err != nil {
		return nil, usage.Error{Err: err}
	}
	if offline || cfg.Offline || c.setting("", "OFFLINE") == "true" {
		return nil, nil
	}
	cfg.UserAgent = "modelgate/" + c.Version
	client, err := hub.New(cfg)
	if err != nil {
		return nil, usage.Error{Err: err}
	}
	rules := httpsafe.Rules{Loopback: named || c.Getenv("GATE_LOOPBACK") == "1", Proxy: http.ProxyFromEnvironment}
	scope := modelscope.FromEnv(c.Getenv)
	scope.Rules.Proxy = http.ProxyFromEnvironment
	scopes, err := modelscope.New(scope)
	if err != nil {
		return nil, usage.Error{Err: err}
	}
	containers := oci.New(oci.Config{Rules: rules})
	return map[string]gate.Registry{
		"hf": client, "modelscope": scopes, "oci": containers, "ollama": containers, "url": weburl.New(rules),
	}, nil
}

// registryModel is the model that an argument such as "hf:org/name@rev" names.
func registryModel(arg string) (gate.ModelID, error) {
	id, err := lock.ParseKey(arg)
	if err != nil {
		var plain error
		if id, plain = lock.ParseKey(arg + "@main"); plain != nil {
			return gate.ModelID{}, usage.Errorf("%q is no model of a registry, such as hf:ORG/NAME or hf:ORG/NAME@REVISION: %w", arg, err)
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
