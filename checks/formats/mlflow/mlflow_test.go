package mlflow

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestFlavours(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []Flavour
	}{
		"loader":  {"flavors:\n  python_function:\n    loader_module: evil\n    code: code\n", []Flavour{{"python_function", "loader_module", "evil"}, {"python_function", "code", "code"}}},
		"pickle":  {"flavors:\n  sklearn: {pickled_model: model.pkl, serialization_format: cloudpickle}\n", []Flavour{{"sklearn", "pickled_model", "model.pkl"}, {"sklearn", "serialization_format", "cloudpickle"}}},
		"python":  {"flavors:\n  python_function: {loader_module: mlflow.pyfunc.model, python_model: python_model.pkl}\n", []Flavour{{"python_function", "python_model", "python_model.pkl"}}},
		"data":    {"flavors:\n  onnx: {data: model.onnx, onnx_version: 1.2}\n  python_function: {loader_module: mlflow.onnx, code: null}\n", nil},
		"skops":   {"flavors:\n  sklearn: {serialization_format: skops}\n", nil},
		"nothing": {"flavors: 1\n", nil},
	} {
		r := checktest.Inspect(t, Inspector{}, "m/MLmodel", []byte(test.text))
		if got := checktest.Of[Flavour](r, "mlflow.flavour"); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
		if r.State != gate.Unproven {
			t.Errorf("%s: state %q", name, r.State)
		}
	}
}

func TestPaths(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "MLmodel", []byte("flavors:\n  python_function: {data: ../../etc/x}\n"))
	if got := checktest.Of[gate.External](r, gate.KindExternal); len(got) != 1 || got[0].Location != "../../etc/x" {
		t.Errorf("external %v", got)
	}
}

func TestBroken(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "MLmodel", []byte("flavors: ["))
	if !slices.Equal(r.Kinds(), []gate.Kind{"mlflow.malformed"}) || r.State != gate.Unread {
		t.Errorf("%s", checktest.JSON(r))
	}
	if checktest.Wants(Inspector{}, "MLmodel.txt", nil) || !checktest.Wants(Inspector{}, "a.zip!b/MLmodel", nil) {
		t.Error("the name decides")
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "MLmodel", []byte("flavors:\n  a: {code: b}\n"))
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
