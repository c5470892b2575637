package skops

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func node(loader, module, class, content string) string {
	return fmt.Sprintf(`{"__loader__": %q, "__module__": %q, "__class__": %q, "content": %s}`, loader, module, class, content)
}

func TestNodes(t *testing.T) {
	logistic := node("ObjectNode", "sklearn.linear_model._logistic", "LogisticRegression",
		node("DictNode", "builtins", "dict", `{"C": `+node("JsonNode", "builtins", "str", `"1.0"`)+`}`))
	for name, test := range map[string]struct {
		text string
		want []Node
	}{
		"model":    {logistic, nil},
		"array":    {node("NdArrayNode", "numpy", "ndarray", `{"type": "numpy"}`), nil},
		"function": {node("FunctionNode", "os", "system", `""`), []Node{{"os.system", "FunctionNode", "dangerous", true}}},
		"random":   {node("RandomStateNode", "numpy.random.mtrand", "RandomState", `{}`), nil},
		"ufunc":    {node("FunctionNode", "numpy", "log1p", `""`), nil},
		"unknown":  {node("FunctionNode", "my", "f", `""`), []Node{{"my.f", "FunctionNode", "unknown", true}}},
		"operator": {node("OperatorFuncNode", "builtins", "methodcaller", `[]`), []Node{{"operator.methodcaller", "OperatorFuncNode", "dangerous", true}}},
		"partial":  {node("PartialNode", "functools", "partial", `{"func": `+node("FunctionNode", "os", "system", `""`)+`}`), []Node{{"os.system", "FunctionNode", "dangerous", true}}},
		"method":   {node("MethodNode", "builtins", "function", `{"func": "__getattribute__", "obj": `+logistic+`}`), []Node{{"sklearn.linear_model._logistic.LogisticRegression.__getattribute__", "MethodNode", "dangerous", true}}},
		"predict":  {node("MethodNode", "builtins", "method", `{"func": "predict", "obj": `+logistic+`}`), nil},
		"own":      {node("ObjectNode", "my", "Model", `{}`), []Node{{"my.Model", "ObjectNode", "unknown", false}}},
		"type":     {node("TypeNode", "builtins", "str", `""`), nil},
		"eval":     {node("TypeNode", "builtins", "eval", `""`), []Node{{"builtins.eval", "TypeNode", "dangerous", true}}},
		"list":     {node("ListNode", "subprocess", "Popen", `[]`), []Node{{"subprocess.Popen", "ListNode", "dangerous", false}}},
		"older":    {node("FunctionNode", "builtins", "float", `{"module_path": "os", "function": "system"}`), []Node{{"os.system", "FunctionNode", "dangerous", true}}},
		"cached":   {`{"__loader__": "CachedNode", "__module__": "my", "__class__": "M"}`, nil},
		"escaped":  {`{"__l\u006fader__": "FunctionNode", "__module__": "os", "__class__": "system"}`, []Node{{"os.system", "FunctionNode", "dangerous", true}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "m.skops!schema.json", []byte(test.text))
			if got := checktest.Of[Node](r, "skops.node"); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if r.FormatName != "skops" || r.State != gate.Unproven {
				t.Errorf("format %q, state %q", r.FormatName, r.State)
			}
		})
	}
}

func TestBroken(t *testing.T) {
	for text, want := range map[string]gate.Kind{
		`{"__loader__": "FunctionNode"`: "skops.node", "": "skops.malformed",
		strings.Repeat("[", 1000): gate.KindIncomplete,
	} {
		r := checktest.Inspect(t, Inspector{}, "m.skops!schema.json", []byte(text))
		if len(r.Evidence) == 0 || r.Evidence[0].Kind != want || r.State != gate.Unread {
			t.Errorf("%.40s: %s", text, checktest.JSON(r))
		}
	}
}

func TestWants(t *testing.T) {
	for path, want := range map[string]bool{
		"m.skops!schema.json": true, "a/schema.json": true, "m.skops!a.json": false,
	} {
		if checktest.Wants(Inspector{}, path, []byte(`{"__loader__": ""}`)) != want {
			t.Errorf("%s: want %v", path, want)
		}
	}
	if checktest.Wants(Inspector{}, "api/schema.json", []byte(`{"type": "object"}`)) {
		t.Error("a JSON schema is wanted")
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.skops!schema.json",
		[]byte(node("MethodNode", "a", "b", node("ListNode", "os", "system", "[]"))), []byte(`{}`))
}
