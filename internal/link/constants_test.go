package link

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

// bound are bindings "module:NAME", each with an id that says where it is from.
func bound(paths ...string) []gate.Binding {
	files := map[string]string{
		"py:config:M": "config.py", "py:a.config:M": "a/config.py", "py:b.config:M": "b/config.py", "py:c.config:M": "c/config.py",
		"py:d.config:M": "d/config.py", "py:src.pkg.conf:D.m": "src/pkg/conf.py", "py:old.pkg.conf:D.m": "old/pkg/conf.py", "py:a:M": "a/__init__.py",
	}
	var out []gate.Binding
	for i, p := range paths {
		out = append(out, gate.Binding{Name: p, Value: fmt.Sprintf("org/m%d", i), At: at(files[p], 1)})
	}
	return out
}

func TestConstantsOfModules(t *testing.T) {
	tests := []struct {
		name, file, variable string
		bindings, files      []string
		want                 []string // ids; "?" for dynamic
	}{
		{"root", "app.py", "py:config.M", []string{"py:config:M"}, nil, []string{"org/m0"}},
		{"own folder first", "a/app.py", "py:config.M", []string{"py:config:M", "py:a.config:M", "py:b.config:M"}, nil, []string{"org/m1"}},
		{"folder above", "a/x/app.py", "py:config.M", []string{"py:config:M", "py:a.config:M"}, nil, []string{"org/m1"}},
		{"elsewhere", "app.py", "py:pkg.conf.D.m", []string{"py:src.pkg.conf:D.m"}, nil, []string{"org/m0"}},
		{"several elsewhere", "app.py", "py:pkg.conf.D.m", []string{"py:src.pkg.conf:D.m", "py:old.pkg.conf:D.m"}, nil, []string{"org/m0", "org/m1"}},
		{"package", "app.py", "py:a.M", []string{"py:a:M"}, nil, []string{"org/m0"}},
		{"from the root", "a/app.py", "py:.a.config.M", []string{"py:config:M", "py:a.config:M"}, nil, []string{"org/m1"}},
		{"two names", "app.py", "py:config.M py:pkg.conf.D.m", []string{"py:config:M", "py:src.pkg.conf:D.m"}, nil, []string{"org/m0", "org/m1"}},
		{"an object or a name", "app.py", "?py:config.M", []string{"py:config:M"}, nil, []string{"org/m0"}},

		{"not from the root", "a/app.py", "py:.a.config.M", []string{"py:config:M", "py:b.config:M"}, nil, []string{"?"}},
		{"another name", "app.py", "py:config.N", []string{"py:config:M"}, nil, []string{"?"}},
		{"half a component", "app.py", "py:onfig.M", []string{"py:config:M"}, nil, []string{"?"}},
		{"module of the own folder without it", "b/app.py", "py:config.M", []string{"py:a.config:M"}, []string{"b/config.py"}, []string{"?"}},
		{"package of the own folder without it", "b/app.py", "py:config.M", []string{"py:a.config:M"}, []string{"b/config/__init__.py"}, []string{"?"}},
		{"many files elsewhere", "app.py", "py:config.M", []string{"py:a.config:M", "py:b.config:M", "py:c.config:M", "py:d.config:M"}, nil, []string{"?"}},
		{"many files, perhaps an object", "app.py", "?py:config.M", []string{"py:a.config:M", "py:b.config:M", "py:c.config:M", "py:d.config:M"}, nil, []string{"?"}},
		{"only an object", "app.py", "?py:other.M", []string{"py:config:M"}, nil, nil},
		{"a name without a module", "app.py", "py:M", []string{"py:config:M"}, nil, []string{"?"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ref := gate.Reference{Loader: "f", At: at(tt.file, 9), Resolution: gate.Dynamic, Variable: tt.variable}
			exists := func(p string) bool { return slices.Contains(tt.files, p) }
			var got []string
			for _, r := range Join([]gate.Reference{ref}, bound(tt.bindings...), exists) {
				if r.Resolution == gate.Dynamic {
					got = append(got, "?")
					continue
				}
				got = append(got, r.Model.String())
				if !slices.Contains(r.LoadedAt, ref.At) || (r.Resolution == gate.Alternative) != (len(tt.want) > 1) {
					t.Errorf("got %+v", r)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTheArgumentsOfTheSinkAreKept(t *testing.T) {
	const commit = "0123456789012345678901234567890123456789"
	ref := gate.Reference{At: at("app.py", 9), Resolution: gate.Dynamic, Variable: "py:config.M", Args: map[string]string{"revision": commit}}
	got := Join([]gate.Reference{ref}, bound("py:config:M"), none)
	if len(got) != 1 || !got[0].Immutable || got[0].Model.Revision != commit {
		t.Errorf("pinned: %+v", got)
	}
	ref.Args = map[string]string{"revision": "?"}
	if got := Join([]gate.Reference{ref}, bound("py:config:M"), none); got[0].Immutable || got[0].Model.Revision != "" {
		t.Errorf("a revision that is not known: %+v", got)
	}
	weights := []gate.Binding{{Name: "py:config:M", Value: "w/best.pt", At: at("config.py", 1)}}
	if got := Join([]gate.Reference{ref}, weights, none); got[0].Model != (gate.ModelID{Source: "local", Name: "w/best.pt"}) {
		t.Errorf("weights: %+v", got)
	}
}

func TestAnArgumentThatPermitsMoreWins(t *testing.T) {
	safe := gate.Reference{Model: hub("org", "m"), At: at("c.py", 1), Args: map[string]string{"trust_remote_code": "false", "use_safetensors": "true"}}
	open := safe
	open.Args = map[string]string{"trust_remote_code": "true", "use_safetensors": "false"}
	for _, refs := range [][]gate.Reference{{safe, open}, {open, safe}} {
		got := Join(refs, nil, none)
		if len(got) != 1 || got[0].Args["trust_remote_code"] != "true" || got[0].Args["use_safetensors"] != "false" {
			t.Errorf("got %+v", got)
		}
	}
}

func TestNamesThatPackagesHandOn(t *testing.T) {
	model := gate.Binding{Name: "py:pkg.conf.names:M", Value: "org/m", At: at("pkg/conf/names.py", 1)}
	inDict := gate.Binding{Name: "py:pkg.conf.names:D.a", Value: "org/d", At: at("pkg/conf/names.py", 2)}
	export := func(name, target string) gate.Binding {
		pkg, _, _ := strings.Cut(name, ":")
		return gate.Binding{Name: "export:" + name, Value: target, At: at(strings.ReplaceAll(pkg, ".", "/")+"/__init__.py", 1)}
	}
	for _, tt := range []struct {
		name, variable string
		exports        []gate.Binding
		want           string
	}{
		{"by name", "py:pkg.conf.M", []gate.Binding{export("pkg.conf:M", "pkg.conf.names:M")}, "org/m"},
		{"renamed", "py:pkg.conf.N", []gate.Binding{export("pkg.conf:N", "pkg.conf.names:M")}, "org/m"},
		{"all", "py:pkg.conf.M", []gate.Binding{export("pkg.conf:*", "pkg.conf.names:*")}, "org/m"},
		{"an item", "py:pkg.conf.D.a", []gate.Binding{export("pkg.conf:D", "pkg.conf.names:D")}, "org/d"},
		{"twice", "py:pkg.M", []gate.Binding{export("pkg:M", "pkg.conf:M"), export("pkg.conf:*", "pkg.conf.names:*")}, "org/m"},
		{"the module itself", "py:pkg.names.M", []gate.Binding{export("pkg:names", "pkg.conf:names")}, "org/m"},
		{"from the root", "py:.pkg.conf.M", []gate.Binding{export("pkg.conf:M", "pkg.conf.names:M")}, "org/m"},
		{"in a ring", "py:pkg.X", []gate.Binding{export("pkg:X", "pkg:X"), export("pkg:*", "pkg:*")}, ""},
		{"of another package", "py:other.M", []gate.Binding{export("pkg.conf:M", "pkg.conf.names:M")}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref := gate.Reference{Loader: "f", At: at("app.py", 9), Resolution: gate.Dynamic, Variable: tt.variable}
			got := Join([]gate.Reference{ref}, append(tt.exports, model, inDict), none)
			if len(got) != 1 || got[0].Model.Key() != tt.want {
				t.Errorf("got %+v", got)
			}
		})
	}
}
