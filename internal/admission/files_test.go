package admission

import (
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

func wanting(names ...string) *admission {
	w := &admission{Options: Options{Model: gate.ModelID{Source: "hf", Namespace: "a", Name: "b"}}, repo: &gate.Repository{}}
	for _, name := range names {
		w.repo.Files = append(w.repo.Files, gate.RemoteFile{Path: name})
	}
	return w
}

func (w *admission) names() string {
	var out []string
	for _, f := range w.chosen {
		out = append(out, f.Path)
	}
	return strings.Join(out, " ")
}

func TestSift(t *testing.T) {
	w := wanting("config.json", "m.safetensors", "m.bin", "onnx/m.onnx")
	w.Include, w.Exclude = []string{"*.json", "m.*"}, []string{"*.bin"}
	if w.sift(); w.names() != "config.json m.safetensors" {
		t.Errorf("chose %s", w.names())
	}
	w = wanting("m.safetensors", "m.bin", "new.json")
	w.Locked = &gate.Locked{Files: []gate.LockedFile{{RemoteFile: gate.RemoteFile{Path: "m.safetensors"}}, {RemoteFile: gate.RemoteFile{Path: "m.bin"}, Excluded: "format"}}}
	if w.sift(); w.names() != "m.safetensors" || len(w.left) != 2 {
		t.Errorf("chose %s, left %q", w.names(), w.left)
	}
}

func TestDrop(t *testing.T) {
	found := func(level gate.Level, path string) gate.Violation {
		return gate.Violation{Rule: "r", Level: level, At: gate.Location{Path: "hf:a/b" + path}}
	}
	for name, c := range map[string]struct {
		files, include []string
		found          []gate.Violation
		want           string // empty: refused
	}{
		"nothing":            {[]string{"m.bin"}, nil, nil, "m.bin"},
		"the model":          {[]string{"m.safetensors"}, nil, []gate.Violation{found(gate.Deny, "")}, ""},
		"all weights":        {[]string{"config.json", "m.bin"}, nil, []gate.Violation{found(gate.Deny, "/m.bin")}, ""},
		"some weights":       {[]string{"m.safetensors", "m.bin"}, nil, []gate.Violation{found(gate.Deny, "/m.bin")}, "m.safetensors"},
		"a warning":          {[]string{"m.safetensors", "m.bin"}, nil, []gate.Violation{found(gate.Warn, "/m.bin")}, "m.safetensors"},
		"a warning, asked":   {[]string{"m.safetensors", "m.bin"}, []string{"*"}, []gate.Violation{found(gate.Warn, "/m.bin")}, "m.safetensors m.bin"},
		"a warning for both": {[]string{"n.bin", "m.bin"}, nil, []gate.Violation{found(gate.Warn, "/m.bin"), found(gate.Warn, "/n.bin")}, "n.bin m.bin"},
		"other folders":      {[]string{"x/m.safetensors", "m.bin"}, nil, []gate.Violation{found(gate.Warn, "/m.bin")}, "x/m.safetensors m.bin"},
		"waived":             {[]string{"m.bin"}, nil, []gate.Violation{{Level: gate.Deny, Waived: &gate.Waiver{}}}, "m.bin"},
	} {
		w := wanting(c.files...)
		w.Include = c.include
		w.sift()
		allowed := w.drop(&gate.Report{Violations: c.found})
		if allowed != (c.want != "") || allowed && w.names() != c.want {
			t.Errorf("%s: allowed %v, chose %s", name, allowed, w.names())
		}
	}
}
