package hdf5

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var le = binary.LittleEndian

// msg is a header message of version 2.
func msg(kind byte, data []byte) []byte {
	return append(append([]byte{kind}, le.AppendUint16(nil, uint16(len(data)))...), append([]byte{0}, data...)...)
}

// group is an object header of version 2, with its checksum left zero.
func group(messages ...[]byte) []byte {
	body := slices.Concat(messages...)
	out := append([]byte("OHDR\x02\x01"), le.AppendUint16(nil, uint16(len(body)))...)
	return append(append(out, body...), 0, 0, 0, 0)
}

// attribute is a message of an attribute that is a string of fixed length.
func attribute(name, value string) []byte {
	kind := append([]byte{0x13, 0, 0, 0}, le.AppendUint32(nil, uint32(len(value)))...)
	out := []byte{3, 0, byte(len(name) + 1), 0, byte(len(kind)), 0, 4, 0, 0}
	return msg(msgAttribute, slices.Concat(out, []byte(name+"\x00"), kind, []byte{2, 0, 0, 0}, []byte(value)))
}

func hard(name string, address uint64) []byte {
	return msg(msgLink, le.AppendUint64(append([]byte{1, 0, byte(len(name))}, name...), address))
}

func external(name, file, path string) []byte {
	value := "\x00" + file + "\x00" + path + "\x00"
	out := append([]byte{1, 8, 64, byte(len(name))}, name...)
	return msg(msgLink, append(le.AppendUint16(out, uint16(len(value))), value...))
}

// dataset has a shape of one dimension, elements of 4 bytes and a contiguous layout.
func dataset(n, stored uint64) []byte {
	return group(msg(msgDataspace, le.AppendUint64([]byte{2, 1, 0, 1}, n)),
		msg(msgDatatype, []byte{0x11, 0, 0, 0, 4, 0, 0, 0}),
		msg(msgLayout, le.AppendUint64(le.AppendUint64([]byte{3, 1}, 48), stored)))
}

const rootAt = 48

// build writes a file with a root group; parts follow it at the address that they get.
func build(root func(next uint64) []byte, parts ...[]byte) []byte {
	out := []byte(signature + "\x02\x08\x08\x00")
	for _, v := range []uint64{0, 1<<64 - 1, 0, rootAt} {
		out = le.AppendUint64(out, v)
	}
	out = append(out, 0, 0, 0, 0)
	next := uint64(rootAt + len(root(0)))
	return slices.Concat(append([][]byte{out, root(next)}, parts...)...)
}

func walk(data []byte) (objects []*Object, err error) {
	err = Walk(context.Background(), bytes.NewReader(data), max(0, Signature(data)), int64(len(data)),
		func(o *Object) { objects = append(objects, o) })
	return objects, err
}

func TestWalk(t *testing.T) {
	data := build(func(next uint64) []byte {
		return group(attribute("model_config", "{}"), hard("d", next), hard("self", rootAt), external("x", "/etc/f", "/y"))
	}, dataset(10, 40))
	objects, err := walk(data)
	if err != nil || len(objects) != 2 {
		t.Fatalf("%d objects, %v", len(objects), err)
	}
	root, d := objects[0], objects[1]
	if !slices.Equal(root.Attributes, []Attribute{{"model_config", "{}"}}) ||
		!slices.Equal(root.Links, []Link{{"x", "/etc/f", "/y"}}) {
		t.Errorf("root is %+v", root)
	}
	if d.Path != "/d" || d.Declared != 40 || d.Stored != 40 {
		t.Errorf("dataset is %+v", d)
	}
	behind := slices.Concat(make([]byte, 512), data)
	if again, err := walk(behind); err != nil || len(again) != 2 || again[0].Address != rootAt+512 {
		t.Errorf("behind a block of the user: %d objects, %v", len(again), err)
	}
}

func TestMalformed(t *testing.T) {
	plain := func(uint64) []byte { return group(attribute("a", "b")) }
	for name, data := range map[string][]byte{
		"cut":            build(plain)[:60],
		"no object":      build(func(uint64) []byte { return make([]byte, 40) }),
		"superblock":     []byte(signature + "\x09"),
		"widths":         []byte(signature + "\x02\x03\x08\x00" + strings.Repeat("\x00", 40)),
		"lost link":      build(func(uint64) []byte { return group(hard("a", 1<<40)) }),
		"lost heap":      build(func(uint64) []byte { return group(msg(msgExternal, make([]byte, 16))) }),
		"lost symbols":   build(func(uint64) []byte { return group(msg(msgSymbolTable, make([]byte, 16))) }),
		"lost link info": build(func(uint64) []byte { return group(msg(msgLinkInfo, make([]byte, 18))) }),
	} {
		if _, err := walk(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDeep builds a chain of groups that is longer than is followed.
func TestDeep(t *testing.T) {
	size := uint64(len(group(hard("a", 0))))
	var parts [][]byte
	for i := range uint64(100) {
		parts = append(parts, group(hard("a", rootAt+(i+2)*size)))
	}
	objects, err := walk(build(func(next uint64) []byte { return group(hard("a", next)) }, parts...))
	if !errors.Is(err, ErrTooLarge) || len(objects) != MaxDepth+1 {
		t.Errorf("%d objects, %v", len(objects), err)
	}
}

// script writes files of the library's oldest and newest forms with many links and
// attributes, which makes it use every structure that indexes them.
const script = `
import sys, h5py, numpy
for version in ("earliest", "latest"):
    for many in (3, 3000):
        with h5py.File("%s/%s-%d.h5" % (sys.argv[1], version, many), "w", libver=version) as f:
            for i in range(many):
                f.create_group("group_%d" % i).attrs["a"] = "value %d" % i
            for i in range(many // 6):
                f.attrs["attribute_%d" % i] = "x" * i
            f.attrs["fixed"] = numpy.bytes_(b"fixed")
            f["link"] = h5py.ExternalLink("other.h5", "/x")
            f["soft"] = h5py.SoftLink("/y")
            f.create_dataset("data", data=numpy.zeros((10, 10), "f4"))
            f.create_dataset("chunks", data=numpy.zeros((10, 10), "f4"), chunks=(5, 5), compression="gzip")
            f.create_dataset("outside", (4,), dtype="f4", external=[("raw.bin", 0, 16)])
`

func TestAgainstTheLibrary(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import h5py").Run() != nil {
		t.Skip("there is no python3 with h5py")
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "-c", script, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, many := range map[string]int{"earliest-3": 3, "earliest-3000": 3000, "latest-3": 3, "latest-3000": 3000} {
		data, err := os.ReadFile(filepath.Join(dir, name+".h5"))
		if err != nil {
			t.Fatal(err)
		}
		objects, err := walk(data)
		attributes, outside := 0, ""
		for _, o := range objects {
			attributes += len(o.Attributes)
			outside += strings.Join(o.External, "")
		}
		if err != nil || len(objects) != many+4 || attributes != many+many/6+1 || outside != "raw.bin" || len(objects[0].Links) != 2 {
			t.Errorf("%s: %d objects, %d attributes, %q, %v", name, len(objects), attributes, outside, err)
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(build(func(next uint64) []byte {
		return group(attribute("model_config", "{}"), hard("d", next), external("x", "/etc/f", "/y"))
	}, dataset(10, 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		objects, _ := walk(data)
		seen := map[int64]bool{}
		for _, o := range objects {
			if seen[o.Address] {
				t.Errorf("the object at %d is visited twice", o.Address)
			}
			seen[o.Address] = true
		}
	})
}
