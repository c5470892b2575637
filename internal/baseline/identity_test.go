package baseline

import (
	"cmp"
	"testing"

	"github.com/modelgate/gate"
)

func TestIdentity(t *testing.T) {
	refs := []gate.Reference{
		{Model: gate.ModelID{Source: "hf", Namespace: "a", Name: "b", Revision: "v1"}, Resolution: gate.Literal},
		{Model: gate.ModelID{Source: "hf", Namespace: "a", Name: "b", Revision: "v1/2"}, Resolution: gate.Literal},
	}
	id := identities(refs, nil)
	key := func(rule, path, message string) string {
		k, ok := id.of(gate.Violation{Rule: rule, Model: "a/b", Message: message, At: gate.Location{Path: path}}, nil)
		return cmp.Or(k, map[bool]string{true: "ok"}[ok])
	}
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"revision":       {key("r", "hf:a/b@v1/m.bin", "a/b@v1 is bad"), key("r", "hf:a/b@v1/2/m.bin", "a/b@v1/2 is bad"), true},
		"lines":          {key("r", "x.py", "stops in line 3"), key("r", "x.py", "stops in line 14"), true},
		"another rule":   {key("r", "x.py", "m"), key("s", "x.py", "m"), false},
		"another file":   {key("r", "x.py", "m"), key("r", "y.py", "m"), false},
		"another number": {key("r", "x.py", "bert-1"), key("r", "x.py", "bert-2"), false},
	} {
		if (c.a == c.b) != c.same {
			t.Errorf("%s: %q and %q", name, c.a, c.b)
		}
	}
}
