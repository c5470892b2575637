package paddle

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

func block(ops ...string) string { return field(1, string(root), strings.Join(ops, "")) }

func op(kind string, attributes ...string) string {
	return field(4, field(1, field(1, "X")), field(3, kind), strings.Join(attributes, ""))
}

func attribute(name, text string) string { return field(4, field(1, name), "\x10\x02", field(5, text)) }

func TestPrograms(t *testing.T) {
	for name, test := range map[string]struct {
		data      string
		operators []Operator
		kinds     []gate.Kind
	}{
		"plain":  {block(op("conv2d", attribute("data_format", "NCHW"))), nil, nil},
		"python": {block(op("relu"), op("py_func")), []Operator{{"py_func", "python"}}, []gate.Kind{"paddle.operator"}},
		"second": {block() + block(op("py_func")), []Operator{{"py_func", "python"}}, []gate.Kind{"paddle.operator"}},
		"load": {block(op("load", attribute("file_path", "/etc/passwd"))), []Operator{{"load", "file"}},
			[]gate.Kind{"paddle.operator", gate.KindExternal}},
		"command": {block(op("relu", attribute("run", "os.system('true')"))), nil, []gate.Kind{cmdline.Kind}},
		"stack":   {block(op("relu", attribute("op_callstack", "f(eval(x))"))), nil, nil},
	} {
		if !checktest.Wants(Inspector{}, "__model__", []byte(test.data)) {
			t.Errorf("%s: not wanted", name)
		}
		r := checktest.Inspect(t, Inspector{}, "m.pdmodel", []byte(test.data))
		if got := checktest.Of[Operator](r, "paddle.operator"); !slices.Equal(got, test.operators) || !slices.Equal(r.Kinds(), test.kinds) || r.State != gate.Unproven {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func TestBroken(t *testing.T) {
	for name, data := range map[string]string{"text": "dummy", "empty": "", "cut": block(op("relu"))[:20], "no block": field(4, "\x08\x00")} {
		r := checktest.Inspect(t, Inspector{}, "m.pdmodel", []byte(data))
		if !slices.Equal(r.Kinds(), []gate.Kind{"paddle.malformed"}) || r.State != gate.Unread {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
		if checktest.Wants(Inspector{}, "m.onnx", []byte(data)) && name != "cut" {
			t.Errorf("%s is wanted", name)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.pdmodel", []byte(block(op("load", attribute("file_path", "/x")))))
}
