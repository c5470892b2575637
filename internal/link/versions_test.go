package link

import (
	"testing"

	"github.com/modelgate/gate"
)

func bind(name, value, path string) gate.Binding {
	return gate.Binding{Name: name, Value: value, At: at(path, 1)}
}

func TestVersionsTellWhetherADefaultIsSafe(t *testing.T) {
	root := func(v string) []gate.Binding { return []gate.Binding{bind("version:torch", v, "requirements.txt")} }
	tests := []struct {
		name     string
		file     string
		bindings []gate.Binding
		want     string
	}{
		{"pinned", "src/a.py", root("==2.6.0"), "yes"},
		{"at least", "src/a.py", root(">=2.6,<3"), "yes"},
		{"older", "src/a.py", root("==2.5.1"), "no"},
		{"either", "src/a.py", root(">=2.0"), "unknown"},
		{"any", "src/a.py", root("*"), "unknown"},
		{"nothing", "src/a.py", nil, ""},
		{"another package", "src/a.py", []gate.Binding{bind("version:numpy", "==2.6.0", "requirements.txt")}, ""},
		{"two that agree", "src/a.py", append(root("==2.6.0"), bind("version:torch", "==2.7.1", "src/requirements.txt")), "yes"},
		{"two that do not", "src/a.py", append(root("==2.6.0"), bind("version:torch", "==2.5.1", "other/requirements.txt")), "unknown"},
		{"of another folder", "src/a.py", []gate.Binding{bind("version:torch", "==2.6.0", "other/requirements.txt")}, ""},
		{"folder of a like name", "src2/a.py", []gate.Binding{bind("version:torch", "==2.6.0", "src/requirements.txt")}, ""},
		{"any elsewhere", "src/a.py", append(root("==2.6.0"), bind("version:torch", "*", ".github/workflows/a.yml")), "yes"},
		{"a document", "src/a.py", append(root("==2.6.0"), bind("version:torch", "*", "README.md")), "yes"},
		{"a lock says more", "a.py", []gate.Binding{bind("version:torch", ">=2", "pyproject.toml"), bind("version:torch", "==2.7.0", "uv.lock")}, "yes"},
		{"a lock of another folder", "b/a.py", []gate.Binding{bind("version:torch", ">=2", "b/pyproject.toml"), bind("version:torch", "==2.7.0", "uv.lock")}, "unknown"},
		{"the default is taken back", "a.py", append(root("==2.6.0"), bind("env:"+forced, "1", ".env")), "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			load := gate.Load{Callee: "torch.load", Flag: "weights_only", Value: "absent", Unsafe: "torch-pickle"}
			given := load
			given.Value = "false"
			fromURL := load
			fromURL.Callee = "torch.hub.load_state_dict_from_url"
			evidence := []gate.Evidence{{Kind: gate.KindLoad, At: at(tt.file, 1), Data: load}, {Kind: gate.KindLoad, At: at(tt.file, 2), Data: given}, {Kind: gate.KindLoad, At: at(tt.file, 3), Data: fromURL}}
			got := Versions(evidence, tt.bindings)
			if v := got[0].Data.(gate.Load).VersionSafe; v != tt.want {
				t.Errorf("got %q, want %q", v, tt.want)
			}
			if got[1].Data.(gate.Load).VersionSafe+got[2].Data.(gate.Load).VersionSafe != "" || evidence[0].Data.(gate.Load).VersionSafe != "" {
				t.Errorf("got %+v of %+v", got, evidence)
			}
		})
	}
}

func TestLoadsWithADefaultFromBeforeItWasSafe(t *testing.T) {
	load := bind("load:numpy", "numpy.load", "src/a.py")
	for specifier, want := range map[string]int{"==1.16.2": 1, "==1.16.3": 0, ">=1.10": 0, "<1.16": 1} {
		got := Versions(nil, []gate.Binding{load, bind("version:numpy", specifier, "requirements.txt")})
		if len(got) != want {
			t.Errorf("%s: got %+v", specifier, got)
		}
		if want > 0 && (got[0].At != load.At || got[0].Data != gate.Load{Callee: "numpy.load", Flag: "allow_pickle", Value: "absent",
			Unsafe: "numpy-pickle", Context: gate.InCode, VersionSafe: "no"}) {
			t.Errorf("%s: got %+v", specifier, got[0])
		}
	}
}
