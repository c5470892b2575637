package hdf5

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

var le = binary.LittleEndian

func message(kind byte, data []byte) []byte {
	return slices.Concat([]byte{kind}, le.AppendUint16(nil, uint16(len(data))), []byte{0}, data)
}

// build writes a file whose root object has the messages.
func build(messages ...[]byte) []byte {
	out := []byte("\x89HDF\r\n\x1a\n\x02\x08\x08\x00")
	for _, v := range []uint64{0, 1<<64 - 1, 0, 48} {
		out = le.AppendUint64(out, v)
	}
	body := slices.Concat(messages...)
	return slices.Concat(out, make([]byte, 4), []byte("OHDR\x02\x01"), le.AppendUint16(nil, uint16(len(body))), body, make([]byte, 4))
}

func attribute(name, value string) []byte {
	kind := append([]byte{0x13, 0, 0, 0}, le.AppendUint32(nil, uint32(len(value)))...)
	return message(0x0c, slices.Concat([]byte{3, 0, byte(len(name) + 1), 0, 8, 0, 4, 0, 0},
		[]byte(name+"\x00"), kind, []byte{2, 0, 0, 0}, []byte(value)))
}

func link(name, file string) []byte {
	value := "\x00" + file + "\x00/x\x00"
	return message(0x06, slices.Concat([]byte{1, 8, 64, byte(len(name))}, []byte(name), le.AppendUint16(nil, uint16(len(value))), []byte(value)))
}

func dataset(n uint64, layout ...byte) []byte {
	return slices.Concat(message(0x01, le.AppendUint64([]byte{2, 1, 0, 1}, n)),
		message(0x03, []byte{0x11, 0, 0, 0, 4, 0, 0, 0}), message(0x08, layout))
}

func TestInspect(t *testing.T) {
	chunked := append([]byte{3, 2, 2}, make([]byte, 16)...)
	virtual := append([]byte{4, 3}, make([]byte, 12)...)
	for name, test := range map[string]struct {
		data  []byte
		state gate.State
		kinds string
	}{
		"attributes": {build(attribute("a", "b")), gate.Unproven, ""},
		"dataset":    {build(dataset(10, chunked...)), gate.Unproven, ""},
		"link":       {build(link("l", "/etc/other.h5")), gate.Unproven, "external.path"},
		"virtual":    {build(dataset(10, virtual...)), gate.Unproven, "hdf5.virtual"},
		"bomb":       {build(dataset(1<<50, chunked...)), gate.Unread, "hdf5.malformed"},
		"cut":        {build(attribute("a", "b"))[:70], gate.Unread, "hdf5.malformed"},
		"other":      {[]byte("text"), gate.Unread, "hdf5.malformed"},
		"shared":     {build([]byte{0x0c, 2, 0, 2, 0, 0}), gate.Unread, "scan.incomplete"},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "m.h5", test.data)
			var kinds []string
			for _, k := range r.Kinds() {
				kinds = append(kinds, string(k))
			}
			if got := strings.Join(kinds, " "); got != test.kinds || r.State != test.state {
				t.Errorf("state %q, kinds %q\n%s", r.State, got, checktest.JSON(r))
			}
		})
	}
}

func TestChildren(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m.h5", build(attribute("model_config", `{"class_name": "Model"}`),
		attribute("pickled", "(lp0\n."), attribute("keras_version", "3.1")))
	var got []string
	for _, c := range r.Children {
		got = append(got, c.Name+" "+string(c.Data))
	}
	if want := []string{`model_config.json {"class_name": "Model"}`, "attribute (lp0\n."}; !slices.Equal(got, want) {
		t.Errorf("children %q", got)
	}
}

func TestWants(t *testing.T) {
	behind := slices.Concat(make([]byte, 1024), build())
	if !checktest.Wants(Inspector{}, "weights.bin", build()) || !checktest.Wants(Inspector{}, "x", behind) ||
		!checktest.Wants(Inspector{}, "m.H5", nil) || checktest.Wants(Inspector{}, "x.bin", []byte("\x89HD")) {
		t.Error("name or signature do not decide")
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	for name, want := range map[string]gate.Kind{
		"fmt/keras/lambda_evil.h5": "", "fmt/keras/lambda_evil_h5.bin": "",
		"fmt/keras/external_storage.h5": gate.KindExternal, "extra/keras_shape_bomb.h5": "hdf5.malformed",
	} {
		data, err := os.ReadFile(filepath.Join(dir, "corpus/own", name))
		if err != nil {
			t.Fatal(err)
		}
		r := checktest.Inspect(t, Inspector{}, name, data)
		if !checktest.Wants(Inspector{}, name, data) || len(r.Children) != 1 || want != "" && !slices.Contains(r.Kinds(), want) {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.h5", build(attribute("model_config", "{}"), link("l", "f")),
		build(dataset(10, append([]byte{3, 2, 2}, make([]byte, 16)...)...)))
}
