package pickle_test

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/pickle"
	"github.com/modelgate/gate/internal/checktest"
	machine "github.com/modelgate/gate/internal/pickle"
)

const (
	evil   = "cos\nsystem\n(S'true'\ntR."
	benign = "\x80\x02]q\x00(K\x01K\x02e."
)

// wrapper is an array of joblib: its pickle up to BUILD, for n doubles.
func wrapper(n byte, dtype string) string {
	return "cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(U\x08subclasscnumpy\nndarray\nU\x05shapeK" + string([]byte{n}) +
		"\x85U\x05orderU\x01CU\x05dtypecnumpy\ndtype\n(U\x02" + dtype + "K\x00K\x01tRU\x0aallow_mmap\x88ub"
}

// legacy is a file of torch.save before 1.6 with one storage of floats.
func legacy(magic, numel string, storage []byte) []byte {
	system := "\x80\x02}q\x00(U\x10protocol_versionM\xe9\x03U\x0dlittle_endian\x88u."
	object := "\x80\x02}q\x00U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x0217U\x03cpu" + numel +
		"NtQK\x00K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs."
	keys := "\x80\x02]q\x00U\x0217a."
	b := []byte(magic + "\x80\x02M\xe9\x03." + system + object + keys)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(storage)/4))
	return append(b, storage...)
}

const magic = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."

var cases = []struct {
	name   string
	data   string
	format string
	state  gate.State
	kinds  []gate.Kind // besides pickle.import and pickle.call
	denied bool
}{
	{"one stream", benign, "pickle", gate.Verified, nil, false},
	{"two streams", benign + benign, "pickle", gate.Verified, nil, false},
	{"malicious second stream", benign + evil, "pickle", gate.Unproven, nil, true},
	{"memo does not outlive its stream", "\x80\x02" + "cos\nsystem\nq\x00.\x80\x02h\x00.", "pickle", gate.Unproven, []gate.Kind{machine.KindTrailing}, true},
	{"stream behind a gap", benign + "\x00\x00\x00\x00" + evil, "pickle", gate.Unproven, []gate.Kind{machine.KindTrailing}, true},
	{"bytes behind", benign + "\x00\x01\x02\x03", "pickle", gate.Unproven, []gate.Kind{machine.KindTrailing}, false},
	{"behind a byte order mark", "\xef\xbb\xbf" + evil, "pickle", gate.Unproven, []gate.Kind{machine.KindTrailing}, true},
	{"array", wrapper(2, "f8") + "0123456789abcdef.", "joblib", gate.Verified, nil, false},
	{"array that looks like opcodes", wrapper(2, "f8") + "................" + ".", "joblib", gate.Verified, nil, false},
	{"array, then a call", wrapper(1, "f8") + "01234567" + "0" + evil, "joblib", gate.Unproven, nil, true},
	{"array whose bytes are a call for pickle.load", wrapper(24, "u1") + "0cos\nsystem\n(S'true'\ntR." + ".", "joblib", gate.Unproven, nil, true},
	{"array of objects", wrapper(1, "O8") + "\x80\x02]q\x00K\x01a..", "joblib", gate.Verified, nil, false},
	{"array of malicious objects", wrapper(1, "O8") + evil + ".", "joblib", gate.Unproven, nil, true},
	{"array beyond the end", wrapper(200, "f8") + "short.", "pickle", gate.Unread, []gate.Kind{machine.KindMalformed}, false},
	{"array in another file", "cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}(U\x08filenameU\x07a_1.npyub.", "pickle", gate.Unproven,
		[]gate.Kind{machine.KindExternal}, false},
	{"old torch", string(legacy(magic, "K\x02", make([]byte, 8))), "torchlegacy", gate.Verified, []gate.Kind{machine.KindWeightsOnly}, false},
	{"old torch, magic in text", string(legacy("L119547037146038801333356L\n.", "K\x02", make([]byte, 8))), "torchlegacy", gate.Verified,
		[]gate.Kind{machine.KindWeightsOnly}, false},
	{"old torch, magic computed", string(legacy("cbuiltins\neval\n(S'1'\ntR.", "K\x02", make([]byte, 8))), "torchlegacy", gate.Unproven,
		[]gate.Kind{machine.KindNoncanonical, machine.KindWeightsOnly}, true},
	{"old torch, storage cut off", string(legacy(magic, "K\x02", make([]byte, 8)))[:215], "torchlegacy", gate.Unproven,
		[]gate.Kind{machine.KindWeightsOnly, "torch.storage"}, true},
	{"old torch, another size", string(legacy(magic, "K\x03", make([]byte, 8))), "torchlegacy", gate.Unproven,
		[]gate.Kind{machine.KindWeightsOnly, "torch.storage"}, true},
	{"old torch, a sixth pickle", string(legacy(magic, "K\x02", make([]byte, 8))) + evil, "torchlegacy", gate.Unproven,
		[]gate.Kind{machine.KindWeightsOnly}, true},
	{"no pickle", "just some text", "pickle", gate.Unread, []gate.Kind{machine.KindMalformed}, false},
	{"empty", "", "pickle", gate.Unread, []gate.Kind{machine.KindMalformed}, false},
	{"storages of no file", "\x80\x02(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x01tQ.", "pickle", gate.Unproven, nil, false},
}

func TestInspect(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !checktest.Wants(pickle.Inspector{}, "m.pkl", []byte(c.data)) {
				t.Fatal("not wanted")
			}
			r := checktest.Inspect(t, pickle.Inspector{}, "m.pkl", []byte(c.data))
			if r.FormatName != c.format || r.State != c.state {
				t.Errorf("%s %s (%s), want %s %s", r.FormatName, r.State, r.Reason, c.format, c.state)
			}
			kinds, deny := map[gate.Kind]bool{}, false
			for _, e := range r.Evidence {
				if e.Kind != machine.KindImport && e.Kind != machine.KindCall {
					kinds[e.Kind] = true
				}
				deny = deny || denied(e)
			}
			want := map[gate.Kind]bool{}
			for _, k := range c.kinds {
				want[k] = true
			}
			if !reflect.DeepEqual(kinds, want) {
				t.Errorf("kinds %v, want %v", kinds, want)
			}
			if deny != c.denied {
				t.Errorf("denied %v: %s", deny, checktest.JSON(r.Evidence))
			}
		})
	}
}

func TestEmbedded(t *testing.T) {
	r := checktest.Inspect(t, pickle.Inspector{}, "m.pkl", []byte("\x80\x04ctorch.storage\n_load_from_bytes\nC\x04data\x85R."))
	if len(r.Children) != 1 || string(r.Children[0].Data) != "data" {
		t.Errorf("children %+v", r.Children)
	}
	r = checktest.Inspect(t, pickle.Inspector{}, "m.pkl",
		[]byte("\x80\x02ctorch.storage\n_load_from_bytes\nc_codecs\nencode\nX\x03\x00\x00\x00a\xc3\xbfU\x06latin1\x86R\x85R."))
	if len(r.Children) != 1 || string(r.Children[0].Data) != "a\xff" {
		t.Errorf("children of protocol 2 %+v", r.Children)
	}
}

func TestWants(t *testing.T) {
	for path, data := range map[string]string{
		"weights": evil, "a.weights": "\x80\x04N.", "x.png": benign, "notes.bin": "# a comment\n" + evil,
		"a.pkl": "no pickle at all", "b.joblib": "", "c.bin": "T\x00\x00\x01\x00" + strings.Repeat("a", 1<<16) + "0" + evil,
	} {
		if !checktest.Wants(pickle.Inspector{}, path, []byte(data)) {
			t.Errorf("does not want %s", path)
		}
	}
	for path, data := range map[string]string{
		"README.md": "A pickle is:\n\n" + evil, "a.py": "import os\nos.system('x')\n", "a.json": "{}", "m.pt": "PK\x03\x04", "a.pkl": "\x1f\x8b\x08\x00",
		"b.txt": "cat\ndog\n", "c.csv": "I,N\n1,2\n", "d.safetensors": "\x80\x02\x00\x00\x00\x00\x00\x00{}",
	} {
		if checktest.Wants(pickle.Inspector{}, path, []byte(data)) {
			t.Errorf("wants %s", path)
		}
	}
}

func FuzzInspect(f *testing.F) {
	var seeds [][]byte
	for _, c := range cases {
		seeds = append(seeds, []byte(c.data))
	}
	checktest.FuzzInspect(f, pickle.Inspector{}, "m.pkl", seeds...)
}
