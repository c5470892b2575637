package mxnet

import (
	"slices"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/cmdline"
)

func TestOperators(t *testing.T) {
	for name, test := range map[string]struct {
		nodes string
		want  []Operator
	}{
		"plain":   {`{"op": "null", "name": "data"}, {"op": "Convolution", "name": "c", "attrs": {"kernel": "(3,3)"}}`, nil},
		"custom":  {`{"op": "Custom", "name": "x", "attrs": {"op_type": "evil", "library": "libx.so"}}`, []Operator{{"evil", "x", "libx.so"}}},
		"older":   {`{"op": "Custom", "name": "x", "param": {"op_type": "evil"}}`, []Operator{{"evil", "x", ""}}},
		"native":  {`{"op": "_Native", "name": "x", "attr": {"info": "0x7f"}}`, []Operator{{"_Native", "x", ""}}},
		"foreach": {`{"op": "_foreach", "name": "f", "subgraphs": [{"nodes": [{"op": "Custom", "name": "y", "attrs": {"op_type": "e"}}]}]}`, []Operator{{"e", "y", ""}}},
	} {
		data := []byte(`{"nodes": [` + test.nodes + `], "arg_nodes": [0], "heads": [[1, 0, 0]]}`)
		if !checktest.Wants(Inspector{}, "m-symbol.json", data) {
			t.Errorf("%s: not wanted", name)
		}
		r := checktest.Inspect(t, Inspector{}, "m-symbol.json", data)
		if got := checktest.Of[Operator](r, "mxnet.operator"); !slices.Equal(got, test.want) || r.State != gate.Unproven {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func TestAttributes(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m-symbol.json", []byte(`{"nodes": [{"op": "Custom", "attrs": {"library": "../x.so", "run": "sh -c true"}}],
		"arg_nodes": [], "attrs": {"metadata": "X19pbXBvcnRfXygnb3MnKS5zeXN0ZW0oJ2lkJyk="}}`))
	commands := checktest.Of[cmdline.Command](r, cmdline.Kind)
	if len(commands) != 2 || commands[0].Evaluated || commands[0].Type != "base64 script" || !commands[1].Evaluated {
		t.Errorf("commands %+v", commands)
	}
	if got := checktest.Of[gate.External](r, gate.KindExternal); len(got) != 1 || got[0].Location != "../x.so" {
		t.Errorf("external %v", got)
	}
}

func TestBroken(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m-symbol.json", []byte(`{"nodes": [{"op": "Custom"}], "arg_nodes"`))
	if !slices.Equal(r.Kinds(), []gate.Kind{"mxnet.operator", "mxnet.malformed"}) || r.State != gate.Unread {
		t.Errorf("%s", checktest.JSON(r))
	}
	for path, text := range map[string]string{"a.json": `{"nodes": []}`, "b.txt": `{"nodes": [], "arg_nodes": []}`, "c.json": `"nodes" "arg_nodes"`} {
		if checktest.Wants(Inspector{}, path, []byte(text)) {
			t.Errorf("%s is wanted", path)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m-symbol.json", []byte(`{"nodes": [{"op": "Custom", "attrs": {"a": "b"}}], "arg_nodes": []}`))
}
