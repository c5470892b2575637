package hydra

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestTargets(t *testing.T) {
	for name, test := range map[string]struct {
		path, text string
		want       []Target
	}{
		"nemo":      {"m.nemo!model_config.yaml", "optim: {_target_: torch.optim.Adam}\ntrainer:\n  _target_: pytorch_lightning.Trainer\n", nil},
		"system":    {"c.yaml", "model:\n  _target_: os.system\n", []Target{{"os.system", "dangerous", "_target_"}}},
		"list":      {"c.yaml", "a:\n- _target_: subprocess.Popen\n", []Target{{"subprocess.Popen", "dangerous", "_target_"}}},
		"builtin":   {"c.yaml", "_target_: eval\n", []Target{{"eval", "dangerous", "_target_"}}},
		"builtins":  {"c.yaml", "_target_: builtins.exec\n", []Target{{"builtins.exec", "dangerous", "_target_"}}},
		"load":      {"c.yaml", "_target_: torch.load\n", []Target{{"torch.load", "dangerous", "_target_"}}},
		"walk":      {"c.yaml", "_target_: nemo.utils.os.system\n", []Target{{"nemo.utils.os.system", "dangerous", "_target_"}}},
		"dunder":    {"c.yaml", "_target_: torch.nn.Module.__subclasses__\n", []Target{{"torch.nn.Module.__subclasses__", "dangerous", "_target_"}}},
		"hydra":     {"c.yaml", "_target_: hydra.utils.get_method\n", []Target{{"hydra.utils.get_method", "dangerous", "_target_"}}},
		"launcher":  {"c.yaml", "_target_: hydra._internal.core_plugins.basic_launcher.BasicLauncher\n", nil},
		"partial":   {"c.yaml", "_target_: functools.partial\n", []Target{{"functools.partial", "unknown", "_target_"}}},
		"own":       {"c.yaml", "_target_: src.models.Net\n", []Target{{"src.models.Net", "unknown", "_target_"}}},
		"evaluate":  {"c.yaml", "_target_: nemo.collections.nlp.eval_utils.EvalModule\n", nil},
		"resolved":  {"c.yaml", "a: {b: os}\n_target_: ${a.b}.system\n", []Target{{"os.system", "dangerous", "_target_"}}},
		"nested":    {"c.yaml", "k: a\na: os.system\n_target_: ${${k}}\n", []Target{{"os.system", "dangerous", "_target_"}}},
		"elsewhere": {"c.yaml", "_target_: ${model.class}\n", []Target{{"${model.class}", "unknown", "_target_"}}},
		"alias":     {"c.yaml", "a: &x os.system\n_target_: *x\n", []Target{{"os.system", "dangerous", "_target_"}}},
		"escaped":   {"c.yaml", `"\x5ftarget_": "os.system"`, []Target{{"os.system", "dangerous", "_target_"}}},
		"second":    {"c.yaml", "a: 1\n---\n_target_: os.popen\n", []Target{{"os.popen", "dangerous", "_target_"}}},
		"json":      {"c.json", `{"a": [{"_target_": "os.system"}]}`, []Target{{"os.system", "dangerous", "_target_"}}},
		"diffusion": {"v1.yaml", "model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params: {}\n", nil},
		"params":    {"v1.yaml", "model:\n  target: os.system\n  params: {}\n", []Target{{"os.system", "dangerous", "target"}}},
		"other":     {"c.yml", "build:\n  target: os.system\n", nil},
		"value":     {"c.yaml", "doc: \"set _target_: os.system\"\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, test.path, []byte(test.text)) {
				t.Error("not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, test.path, []byte(test.text))
			if got := checktest.Of[Target](r, "hydra.target"); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if r.State != gate.Unproven {
				t.Errorf("state %q", r.State)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "c.yaml", []byte("a: 1\nb:\n  _target_: os.system\n"))
	if at := r.Evidence[0].At; at.Line != 3 || at.Column != 13 {
		t.Errorf("at %+v", at)
	}
}

func TestBroken(t *testing.T) {
	for text, want := range map[string]gate.Kind{
		"_target_: [": "hydra.malformed", "_target_: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000): gate.KindIncomplete,
	} {
		r := checktest.Inspect(t, Inspector{}, "c.yaml", []byte(text))
		if len(r.Evidence) != 1 || r.Evidence[0].Kind != want || r.State != gate.Unread {
			t.Errorf("%.40s: %s", text, checktest.JSON(r))
		}
	}
	if r := checktest.Inspect(t, Inspector{}, "chart.yaml", []byte("{{ if a }}\ntarget: x\n{{ end }}")); len(r.Evidence) != 0 || r.State != gate.Unread {
		t.Errorf("a template: %s", checktest.JSON(r))
	}
}

func TestWants(t *testing.T) {
	for path, text := range map[string]string{"a.yaml": "a: 1", "a.json": `{"target": 1}`, "a.py": "_target_"} {
		if checktest.Wants(Inspector{}, path, []byte(text)) {
			t.Errorf("%s is wanted", path)
		}
	}
	if !checktest.Wants(Inspector{}, "long.yml", []byte(strings.Repeat("a: 1\n", 20000))) {
		t.Error("a long file is not wanted")
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "model_config.yaml", []byte("a: &x os\n_target_: ${a}.system\n"), []byte("{"))
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := &checktest.Record{}
	Inspector{}.Inspect(ctx, gate.NewBlob("a.yaml", 4, strings.NewReader("a: 1")), r)
	if !slices.Equal(r.Kinds(), []gate.Kind{gate.KindIncomplete}) || r.State != gate.Unread {
		t.Errorf("%s", checktest.JSON(r))
	}
}
