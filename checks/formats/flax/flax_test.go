package flax

import (
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/cmdline"
)

func params(value string) string { return "\x81\xa6params\x81\xa1w" + value }

func TestStates(t *testing.T) {
	for name, test := range map[string]struct {
		data  string
		kinds []gate.Kind
		state gate.State
	}{
		"array":      {params("\xc7\x0e\x01\x93\x91\x02\xa7float32\xc4\x01x"), nil, gate.Verified},
		"numbers":    {params("\x98\x01\xff\xc0\xc2\xcb12345678\xcd12\xd3abcdefgh\xca1234"), nil, gate.Verified},
		"binary":     {params("\xc5\x00\x02ab"), nil, gate.Verified},
		"long map":   {"\xde\x00\x01\xa6params\xdd\x00\x00\x00\x01\xd9\x02ab", nil, gate.Verified},
		"command":    {params("\xb5import os;os.popen(1)"), []gate.Kind{cmdline.Kind}, gate.Unproven},
		"extension":  {params("\xd5\x2aab"), []gate.Kind{"flax.extension"}, gate.Unproven},
		"timestamp":  {params("\xd6\xffabcd"), []gate.Kind{"flax.extension"}, gate.Unproven},
		"tail":       {params("\x01") + "TAIL", []gate.Kind{"flax.malformed"}, gate.Unread},
		"short":      {params("\xc4\x09a"), []gate.Kind{"flax.malformed"}, gate.Unread},
		"length":     {params("\xdd\xff\xff\xff\xff"), []gate.Kind{"flax.malformed"}, gate.Unread},
		"never used": {params("\xc1"), []gate.Kind{"flax.malformed"}, gate.Unread},
		"misfit":     {params("\xd5\x01\x01\x01"), []gate.Kind{"flax.malformed"}, gate.Unread},
		"deep":       {params(strings.Repeat("\x91", 1000)), []gate.Kind{gate.KindIncomplete}, gate.Unread},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, "m", []byte(test.data)) {
				t.Error("not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, "m", []byte(test.data))
			if !slices.Equal(r.Kinds(), test.kinds) || r.State != test.state {
				t.Errorf("%s", checktest.JSON(r))
			}
		})
	}
}

func TestWants(t *testing.T) {
	for path, data := range map[string]string{
		"m.pkl": "\x80\x02}q\x00.", "m.txt": "params", "m.bin": "\x81\xa1aparams", "m.msgpack": "text",
	} {
		if checktest.Wants(Inspector{}, path, []byte(data)) {
			t.Errorf("%s is wanted", path)
		}
	}
	if !checktest.Wants(Inspector{}, "flax_model.msgpack", []byte("\x81\xa1a\x01")) {
		t.Error("a map is not wanted under its name")
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.msgpack", []byte(params("\xc7\x0e\x01\x93\x91\x02\xa7float32\xc4\x01x")), []byte(params("\xd5\x2aab")))
}
