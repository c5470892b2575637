package torch7

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/cmdline"
)

func num(n ...int) string {
	var b []byte
	for _, i := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(i)))
	}
	return string(b)
}

func long(n ...int) string {
	var b []byte
	for _, i := range n {
		b = binary.LittleEndian.AppendUint64(b, uint64(i))
	}
	return string(b)
}

func chars(s string) string { return num(len(s)) + s }

func object(index int, name, content string) string {
	return num(class, index) + chars("V 1") + chars(name) + content
}

func TestObjects(t *testing.T) {
	storage := object(2, "torch.FloatStorage", long(2)+"12345678")
	tensor := object(1, "torch.FloatTensor", num(1)+long(2, 1, 1)+storage)
	for name, test := range map[string]struct {
		data  string
		kinds []gate.Kind
	}{
		"tensor":           {tensor, nil},
		"module":           {object(1, "nn.Linear", num(table, 2, 2, str)+chars("bias")+num(null, number)+long(1)+num(boolean, 1)), nil},
		"function":         {object(1, "nn.Evil", num(table, 2, 1, str)+chars("f")+num(sharedFunction, 3)+chars("\x1bLua")+num(null)), []gate.Kind{"torch7.function"}},
		"shared":           {num(table, 1, 1, str) + chars("self") + num(table, 1), nil},
		"command":          {num(table, 1, 1, str) + chars("run") + num(str) + chars("os.execute('true')"), []gate.Kind{cmdline.Kind}},
		"text":             {"4\n1\n3\nV 1\n17\ntorch.FloatTensor\n1\n2\n1\n1\n4\n2\n3\nV 1\n18\ntorch.FloatStorage\n2\n0.5 1e-3\n", nil},
		"function as text": {"4\n1\n3\nV 1\n7\nnn.Evil\n6\n4\nabcd\n0\n", []gate.Kind{"torch7.function"}},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, "m", []byte(test.data)) {
				t.Error("not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, "m", []byte(test.data))
			if !slices.Equal(r.Kinds(), test.kinds) || r.State != gate.Unproven {
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
		"text": {"this is no object", "torch7.malformed"}, "empty": {"", "torch7.malformed"},
		"cut":     {"4\n1\n3\nV 1\n12\ntorch.Evil\n", "torch7.malformed"},
		"storage": {object(1, "torch.FloatStorage", long(1<<40)), "torch7.malformed"},
		"type":    {num(77), "torch7.malformed"},
		"nested":  {nested(maxDepth + 1), gate.KindIncomplete},
	} {
		r := checktest.Inspect(t, Inspector{}, "m.t7", []byte(test.data))
		if !slices.Equal(r.Kinds(), []gate.Kind{test.want}) || r.State != gate.Unread {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func nested(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(object(i+1, "c", ""))
	}
	return b.String()
}

func TestWants(t *testing.T) {
	for _, data := range []string{"", "4\n1\n3\nx", num(3, 1, 1<<30, 2, 0, 0), num(3, 2, 1, 2, 0, 0)} {
		if checktest.Wants(Inspector{}, "m.bin", []byte(data)) {
			t.Errorf("%q is wanted", data)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.t7", []byte(object(1, "torch.FloatStorage", long(2)+"12345678")),
		[]byte("4\n1\n3\nV 1\n7\nnn.Evil\n6\n4\nabcd\n0\n"))
}
