package shell

import (
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// movers are the variables that move where the libraries look for every other model.
var movers = map[string]bool{"HF_ENDPOINT": true, "HF_HUB_OFFLINE": true, "TRANSFORMERS_OFFLINE": true, "USE_MODELSCOPE_HUB": true,
	"VLLM_USE_MODELSCOPE": true, "FASTCHAT_USE_MODELSCOPE": true, "SGLANG_USE_MODELSCOPE": true}

// environment states the assignments whose names say what they hold, and binds the
// variables that other files may ask for.
func (w *walker) environment() {
	for _, a := range w.assigned {
		a.export = a.export || w.exported[a.name]
		role := modelid.RoleOf(a.name)
		for _, v := range a.values {
			w.assignedValue(a, v, role)
		}
		if a.name == "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD" && truth(a.values[0].S) == "true" {
			w.out.Emit(gate.KindLoad, w.at(a.values[0]), gate.Load{Callee: "torch.load", Flag: "weights_only", Value: "false",
				Unsafe: "torch-pickle", Context: w.place})
		}
		if role == modelid.TrustRole && truth(a.values[0].S) == "true" {
			w.out.Emit(gate.KindLoad, w.at(a.values[0]), gate.Load{Callee: "env " + a.name, Flag: "trust_remote_code", Value: "true",
				Unsafe: "remote-code", Origin: "hub", Context: w.place})
		}
	}
}

func (w *walker) assignedValue(a assignment, v value, role modelid.Role) {
	if !v.known() && a.export && role == modelid.ModelRole && v.variable != "" {
		w.out.Reference(gate.Reference{Loader: "env " + a.name, At: w.at(v), Finder: "shell", Context: w.place,
			Resolution: gate.Dynamic, Variable: v.variable})
	}
	if !v.known() || v.S == "" || len(v.S) > 512 {
		return
	}
	m, ok := identify(v.S, role)
	if ok || role != modelid.NoRole || movers[a.name] {
		w.out.Bind(gate.Binding{Name: w.named(a.name), Value: v.S, At: w.at(v)})
	}
	named := role == modelid.ModelRole || role == modelid.MaybeModelRole || role == modelid.TokenizerRole
	if !ok || !named && !scheme(v.S) {
		return
	}
	args := map[string]string{}
	if role != modelid.TokenizerRole {
		w.companions(a.name, args)
	}
	w.state(m, "env "+a.name, args, v, gate.Location{})
}

// companions joins the variables that stand for the revision and trust of a model.
func (w *walker) companions(name string, args map[string]string) {
	prefix := name[:max(0, strings.LastIndex(name, "MODEL"))]
	for _, c := range []string{prefix + "MODEL_REVISION", prefix + "REVISION", name + "_REVISION", "REVISION", "MODEL_REVISION"} {
		if v, ok := w.one(c); ok {
			args["revision"] = known(v)
			break
		}
	}
	for _, c := range []string{prefix + "MODEL_TRUST_REMOTE_CODE", prefix + "TRUST_REMOTE_CODE", "TRUST_REMOTE_CODE"} {
		if v, ok := w.one(c); ok {
			args["trust_remote_code"] = truth(known(v))
			break
		}
	}
}

// one is the single value of a variable.
func (w *walker) one(name string) (value, bool) {
	v := w.vars[name].values
	if len(v) != 1 || v[0].S == "" {
		return value{}, false
	}
	return v[0], true
}

func known(v value) string {
	if !v.known() {
		return "?"
	}
	return v.S
}

// truth reads the spellings of a boolean.
func truth(s string) string {
	if s == "" || s == "?" {
		return "?"
	}
	if strings.EqualFold(s, "yes") || strings.EqualFold(s, "on") {
		return "true"
	}
	if b, err := strconv.ParseBool(strings.ToLower(s)); err == nil {
		return strconv.FormatBool(b)
	}
	return "false"
}
