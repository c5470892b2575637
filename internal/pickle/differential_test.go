package pickle

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// loaders loads each stream of its input with the unpickler in Python and the one in C.
// Nothing is imported: each global is a class that notes how it is called.
const loaders = `
import sys, io, json, struct, pickle, _pickle, pickletools, copyreg, _compat_pickle, resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
events = []
class Method:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, inst, cls):
        def method(*args, **kwargs): events.append(['change', '' if inst is not None else cls.full])
        return method
class Meta(type):
    def __call__(cls, *args, **kwargs):
        events.append(['call', cls.full])
        return object.__new__(cls)
    def __setitem__(cls, k, v): events.append(['change', cls.full])
class Recorder(metaclass=Meta):
    full = '?'
    def __new__(cls, *args, **kwargs):
        if not isinstance(cls, type): cls = Recorder
        events.append(['call', cls.full])
        return object.__new__(cls)
    def __call__(self, *args, **kwargs):
        events.append(['call', '?'])
        return object.__new__(Recorder)
    def __setitem__(self, k, v): events.append(['change', ''])
    __setstate__ = Method()
    append = Method()
    extend = Method()
    add = Method()
classes = {}
def found(module, name):
    events.append(['find', module + '.' + name])
    full = '?' if module == 'extension' else module + '.' + name
    if full not in classes: classes[full] = Meta('R', (Recorder,), {'full': full})
    return classes[full]
class Python(pickle._Unpickler):
    def find_class(self, module, name):
        if self.proto < 3:
            if (module, name) in _compat_pickle.NAME_MAPPING: module, name = _compat_pickle.NAME_MAPPING[module, name]
            elif module in _compat_pickle.IMPORT_MAPPING: module = _compat_pickle.IMPORT_MAPPING[module]
        return found(module, name)
    def persistent_load(self, pid): return object.__new__(Recorder)
class C(_pickle.Unpickler):
    def find_class(self, module, name): return found(module, name)
    def persistent_load(self, pid): return object.__new__(Recorder)
for code in (1, 2, 300): copyreg.add_extension('extension', 'e%d' % code, code)
def load(unpickler, data):
    events.clear()
    copyreg.clear_extension_cache()
    f, error = io.BytesIO(data), ''
    try:
        u = unpickler(f, encoding='latin1', buffers=[bytearray(b'a'), b'b'])
        u.load()
    except BaseException as e: error = type(e).__name__ + ': ' + str(e)[:80]
    end = f.tell()
    if unpickler is Python and not error and u._unframer.current_frame:
        end -= len(u._unframer.current_frame.read())
    return {'events': list(events), 'error': error, 'end': end}
def opcodes(data):
    try: return len(list(pickletools.genops(data)))
    except Exception: return -1
inp = sys.stdin.buffer
while (n := inp.read(4)):
    data = inp.read(struct.unpack('<I', n)[0])
    print(json.dumps({'python': load(Python, data), 'c': load(C, data), 'opcodes': opcodes(data)}))
`

// loaded is what one unpickler did.
type loaded struct {
	Events [][2]string // find, call or change, and the name; ? is a computed one
	Error  string
	End    int64
}

type reading struct {
	Python, C loaded
	Opcodes   int64 // by pickletools; -1 where it fails
}

// TestDifferential holds the machine to CPython's two unpicklers over random streams:
// what either finds, calls and changes, the machine states too; what either accepts is
// not malformed and ends at the same place. PICKLE_DIFFERENTIAL is the number of streams.
func TestDifferential(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	n := 30_000
	if s := os.Getenv("PICKLE_DIFFERENTIAL"); s != "" {
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(1)
	if s := os.Getenv("PICKLE_SEED"); s != "" {
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	streams := generate(rand.New(rand.NewPCG(seed, 2)), n)
	var in bytes.Buffer
	for _, s := range streams {
		in.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
		in.Write(s)
	}
	cmd := exec.Command(python, "-c", loaders)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	counts := map[string]int{}
	for _, s := range streams {
		var r reading
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		for _, bad := range differences(run(s), r) {
			t.Errorf("%q: %s\npython %+v\nc %+v", s, bad, r.Python, r.C)
			counts["different"]++
		}
		count(counts, r)
	}
	t.Logf("%d streams: %v", len(streams), counts)
}

func count(counts map[string]int, r reading) {
	switch p, c := r.Python.Error == "", r.C.Error == ""; {
	case p && c:
		counts["both"]++
	case p:
		counts["python only"]++
	case c:
		counts["c only"]++
	case len(r.Python.Events)+len(r.C.Events) > 0:
		counts["neither, with events"]++
	default:
		counts["neither"]++
	}
	counts["events"] += len(r.Python.Events) + len(r.C.Events)
}

// differences says where the machine states less than what an unpickler did.
func differences(m *Result, r reading) (out []string) {
	imports, written := []string{}, []string{}
	for _, i := range m.Imports {
		name := i.Module + "." + i.Name
		imports = append(imports, name)
		if i.Mapped {
			name = i.Written
		}
		written = append(written, name)
	}
	for name, l := range map[string]loaded{"python": r.Python, "c": r.C} {
		names := imports
		if name == "c" {
			names = written
		}
		for _, bad := range unstated(m, l, names) {
			out = append(out, name+": "+bad)
		}
		if l.Error != "" {
			continue
		}
		if m.Malformed != "" {
			out = append(out, name+" accepts what is malformed: "+m.Malformed)
		} else if l.End != m.End && len(m.Frames) == 0 {
			out = append(out, fmt.Sprintf("%s ends at %d, the machine at %d", name, l.End, m.End))
		} else if len(m.Frames) == 0 && r.Opcodes >= 0 && r.Opcodes != m.Opcodes {
			out = append(out, fmt.Sprintf("%d opcodes, the machine has %d", r.Opcodes, m.Opcodes))
		}
	}
	return out
}

// unstated says what of the events the machine does not state. Its imports are in order
// of their first use, but for those of a second reading of frames; its calls are counted.
func unstated(m *Result, l loaded, names []string) (out []string) {
	calls, all, place := map[string]int64{}, int64(0), 0
	seen := map[string]bool{}
	for _, e := range l.Events {
		what, name := e[0], plain(e[1])
		switch {
		case what == "find" && !strings.HasPrefix(name, "extension.") && !seen[name]:
			seen[name] = true
			if len(m.Frames) > 0 {
				place = 0
			}
			for place < len(names) && plain(names[place]) != name {
				place++
			}
			if place == len(names) {
				return append(out, fmt.Sprintf("%q is not among the imports %q", name, names))
			}
		case what == "call":
			calls[name]++
			all++
		case what == "change" && e[1] != "" && len(m.Builds) == 0:
			out = append(out, "a change of "+name+" is not stated")
		}
		if class, _, _ := DefaultLists().Classify(split(name)); what != "change" && class != Safe && m.Grammar.OK {
			out = append(out, what+" of "+name+" is proven")
		}
	}
	for _, c := range m.Calls {
		all -= c.Count
		calls[plain(c.Callee)] -= c.Count
		for i := range m.Imports {
			if f := m.Imports[i]; f.Mapped && f.Module+"."+f.Name == c.Callee {
				calls[plain(f.Written)] -= c.Count
			}
		}
	}
	for name, n := range calls {
		if n > 0 && name != "?" {
			out = append(out, fmt.Sprintf("%d calls of %q are not stated", n, name))
		}
	}
	if all > 0 {
		out = append(out, fmt.Sprintf("%d calls are not stated", all))
	}
	return out
}

func split(name string) (string, string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

// plain leaves out what is no ASCII: half of a surrogate pair has no form that both
// sides write.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x80 {
			return -1
		}
		return r
	}, s)
}
