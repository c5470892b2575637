package xgboost

import (
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/cmdline"
)

// ubj is the start of a model with a learner that holds value.
func ubj(value string) string {
	return "{U\x07learner{U\x01k" + value + "}U\x07version[U\x01U\x07U\x04]}"
}

func TestModels(t *testing.T) {
	command := []cmdline.Command{{Field: "k", Text: "os.system('true')", Type: "script"}}
	for name, test := range map[string]struct {
		data string
		want []cmdline.Command
	}{
		"json":       {`{"learner": {"k": "gbtree", "x": [1, NaN, -Infinity], "y": "NaN\""}, "version": [1, 7, 4]}`, nil},
		"string":     {`{"learner": {"k": "os.system('true')"}, "version": [1, 7, 4]}`, command},
		"ubj":        {ubj("SU\x06gbtree"), nil},
		"ubj string": {ubj("SU\x11os.system('true')"), command},
		"typed":      {ubj("[$d#L\x00\x00\x00\x00\x00\x00\x00\x0212345678"), nil},
		"counted":    {ubj("[#U\x02TF"), nil},
		"typed keys": {ubj("{$U#U\x01U\x01a7"), nil},
		"numbers":    {ubj("[i1U1I12l1234L12345678d1234D12345678CaZTFHU\x011]"), nil},
		"strings":    {ubj("[$S#U\x02U\x01aU\x01b"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, "m", []byte(test.data)) {
				t.Error("not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, "m", []byte(test.data))
			if got := checktest.Of[cmdline.Command](r, cmdline.Kind); !slices.Equal(got, test.want) || r.State != gate.Unproven || len(r.Evidence) != len(test.want) {
				t.Errorf("%s", checktest.JSON(r))
			}
		})
	}
}

func TestBroken(t *testing.T) {
	for name, test := range map[string]struct {
		data string
		want gate.Kind
	}{
		"json":     {`{"learner": {"version": json}`, "xgboost.malformed"},
		"end":      {`{"learner": {"version": 1`, "xgboost.malformed"},
		"ubj":      {"{U\x07learner", "xgboost.malformed"},
		"length":   {ubj("SL\x7f\xff\xff\xff\xff\xff\xff\xff"), "xgboost.malformed"},
		"negative": {ubj("Si\xff"), "xgboost.malformed"},
		"count":    {ubj("[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff"), "xgboost.malformed"},
		"nulls":    {ubj("[#L\x7f\xff\xff\xff\xff\xff\xff\xff"), "xgboost.malformed"},
		"marker":   {ubj("?"), "xgboost.malformed"},
		"tail":     {ubj("Z") + "x", "xgboost.malformed"},
		"deep":     {ubj(strings.Repeat("[", 1000)), gate.KindIncomplete},
		"deep too": {`{"learner": {"version": ` + strings.Repeat("[", 1000), gate.KindIncomplete},
	} {
		r := checktest.Inspect(t, Inspector{}, "m", []byte(test.data))
		if !slices.Equal(r.Kinds(), []gate.Kind{test.want}) || r.State != gate.Unread {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func TestWants(t *testing.T) {
	for _, data := range []string{"", "{}", `{"learner": 1}`, "{Unicode", `["learner", "version"]`} {
		if checktest.Wants(Inspector{}, "m.json", []byte(data)) {
			t.Errorf("%q is wanted", data)
		}
	}
}

func TestNamed(t *testing.T) {
	for _, data := range []string{"", "\xff\xff\xff", "{", "[]]"} {
		r := checktest.Inspect(t, Inspector{}, "m.ubj", []byte(data))
		if !checktest.Wants(Inspector{}, "m.ubj", []byte(data)) || !slices.Equal(r.Kinds(), []gate.Kind{"xgboost.malformed"}) {
			t.Errorf("%q: %s", data, checktest.JSON(r))
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m", []byte(ubj("[$S#U\x01U\x01a")), []byte(ubj("{$U#U\x01U\x01a7")),
		[]byte(`{"learner": {"k": NaN}, "version": [1]}`))
}
