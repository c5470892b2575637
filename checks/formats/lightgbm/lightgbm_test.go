package lightgbm

import (
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/cmdline"
)

const header = "tree\nversion=v4\nnum_class=1\nfeature_names=system_health exec_time\n"

func TestModels(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		kinds []gate.Kind
		state gate.State
	}{
		"plain":     {header + "Tree=0\nthreshold=0.5\nparameters:\n[metric: l2]\n", nil, gate.Unproven},
		"value":     {header + "note=os.system('true')\n", []gate.Kind{cmdline.Kind}, gate.Unproven},
		"last":      {header + "note=sh -c true", []gate.Kind{cmdline.Kind}, gate.Unproven},
		"parameter": {header + "[data: sh -c true]\n", []gate.Kind{cmdline.Kind}, gate.Unproven},
		"long":      {header + "leaf_value=" + strings.Repeat("0.5 ", 40000) + "\nnote=sh -c true\n", []gate.Kind{cmdline.Kind}, gate.Unproven},
		"binary":    {header + "\x00\x01", []gate.Kind{"lightgbm.malformed"}, gate.Unread},
	} {
		if !checktest.Wants(Inspector{}, "m.txt", []byte(test.text)) {
			t.Errorf("%s: not wanted", name)
		}
		r := checktest.Inspect(t, Inspector{}, "m.txt", []byte(test.text))
		if !slices.Equal(r.Kinds(), test.kinds) || r.State != test.state {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
	if checktest.Wants(Inspector{}, "m.txt", []byte("tree\nof life")) {
		t.Error("prose is wanted")
	}
}

func TestPlace(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m.txt", []byte(header+"note=sh -c true\n"))
	if at := r.Evidence[0].At.Offset; at != int64(len(header)) {
		t.Errorf("at byte %d", at)
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.txt", []byte(header+"[a: b]\nnote=sh -c true"))
}
