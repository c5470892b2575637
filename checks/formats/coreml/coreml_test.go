package coreml

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/cmdline"
)

func field(n int, data ...string) string {
	content := strings.Join(data, "")
	b := binary.AppendUvarint(nil, uint64(n<<3|2))
	return string(binary.AppendUvarint(b, uint64(len(content)))) + content
}

func message(parts ...string) string { return "\x08\x05" + field(2) + strings.Join(parts, "") }

func custom(class string) string {
	return field(1, field(1, "layer"), field(500, field(10, class), field(30, field(1, "script"), field(2, field(20, "sh -c true")))))
}

func TestLayers(t *testing.T) {
	parameter := cmdline.Command{Field: "script", Text: "sh -c true", Type: "shell", Evaluated: true}
	for name, test := range map[string]struct {
		data     string
		layers   []Layer
		commands []cmdline.Command
	}{
		"plain":      {message(field(500, field(1, field(1, "dense")))), nil, nil},
		"custom":     {message(field(500, custom("Evil"))), []Layer{{"Evil", "layer"}}, []cmdline.Command{parameter}},
		"classifier": {message(field(403, custom("Evil"))), []Layer{{"Evil", "layer"}}, []cmdline.Command{parameter}},
		"pipeline":   {message(field(202, field(1, message(field(500, custom("Evil")))))), []Layer{{"Evil", "layer"}}, []cmdline.Command{parameter}},
		"branch":     {message(field(500, field(1, field(605, field(1, custom("Evil")))))), []Layer{{"Evil", "layer"}}, []cmdline.Command{parameter}},
		"loop":       {message(field(500, field(1, field(615, field(2, "x"), field(4, custom("Evil")))))), []Layer{{"Evil", "layer"}}, []cmdline.Command{parameter}},
		"model":      {message(field(555, field(10, "Evil"))), []Layer{{"Evil", ""}}, nil},
		"metadata": {"\x08\x05" + field(2, field(100, field(100, field(1, "run"), field(2, "import os; os.system('true')")), field(100, field(1, "a"), field(2, "execution")))) + field(500),
			nil, []cmdline.Command{{Field: "run", Text: "import os; os.system('true')", Type: "script"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, "m.bin", []byte(test.data)) {
				t.Error("not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, "m.mlmodel", []byte(test.data))
			if got := checktest.Of[Layer](r, "coreml.layer"); !slices.Equal(got, test.layers) {
				t.Errorf("layers %v, want %v", got, test.layers)
			}
			if got := checktest.Of[cmdline.Command](r, cmdline.Kind); !slices.Equal(got, test.commands) {
				t.Errorf("commands %v, want %v", got, test.commands)
			}
			if r.State != gate.Unproven || len(r.Evidence) != len(test.layers)+len(test.commands) {
				t.Errorf("%s", checktest.JSON(r))
			}
		})
	}
}

func TestLinked(t *testing.T) {
	data := message(field(556, field(1, field(1, field(1, "../m.mlmodelc")), field(2, field(1, "/tmp")))))
	want := []gate.External{{Location: "../m.mlmodelc", Field: "linkedModelFileName"}, {Location: "/tmp", Field: "linkedModelSearchPath"}}
	if got := checktest.Of[gate.External](checktest.Inspect(t, Inspector{}, "m.mlmodel", []byte(data)), gate.KindExternal); !slices.Equal(got, want) {
		t.Errorf("external %v", got)
	}
}

func TestBroken(t *testing.T) {
	deep := field(500)
	for range 100 {
		deep = field(202, field(1, deep))
	}
	for name, test := range map[string]struct {
		data string
		want gate.Kind
	}{
		"text": {"not a protobuf model", "coreml.malformed"}, "short": {"\x08\x05\x12\x0aabc", "coreml.malformed"},
		"empty": {"", "coreml.malformed"}, "no model": {message(), "coreml.malformed"}, "deep": {deep, gate.KindIncomplete},
	} {
		r := checktest.Inspect(t, Inspector{}, "m.mlmodel", []byte(test.data))
		if !slices.Equal(r.Kinds(), []gate.Kind{test.want}) || r.State != gate.Unread {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func TestWants(t *testing.T) {
	for name, data := range map[string]string{
		"onnx": "\x08\x07\x12\x07pytorch:\x02ab", "text": "hello", "no kind": message(),
	} {
		if checktest.Wants(Inspector{}, "m.bin", []byte(data)) {
			t.Errorf("%s is wanted", name)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.mlmodel", []byte(message(field(500, custom("Evil")))), []byte(message(field(556, field(1, field(1, field(1, "a")))))))
}
