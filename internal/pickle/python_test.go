package pickle

import (
	"bufio"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// dumps writes, for each object and protocol, the pickle of the C and of the Python
// pickler with the number of its opcodes; then the same for the files it is given.
const dumps = `
import sys, pickle, pickletools, datetime, decimal, collections, fractions, pathlib, uuid, random, argparse, types, enum, re
objects = [None, True, 0, -1, 255, 256, 65536, 2**31, -2**31, 2**63, -2**70, 10**80, 1.5, float('inf'), float('nan'),
  '', 'text', 'uni\u1234\U0001f600\n\\u0041\\', b'', b'bytes\xff', bytearray(b'x'), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1, [2]], {}, {'a': {'b': 1}},
  {1, 2}, frozenset([3]), complex(1, 2), range(3), slice(1, 2), int, len, ValueError('x'), OSError(2, 'no'), datetime.datetime(2020, 1, 2),
  datetime.date(2020, 1, 2), datetime.timedelta(1), datetime.timezone.utc, decimal.Decimal('1.5'), fractions.Fraction(1, 3),
  collections.OrderedDict(a=1), collections.Counter('aab'), collections.deque([1], maxlen=3), collections.defaultdict(list, {1: [2]}),
  pathlib.PurePosixPath('/x'), uuid.UUID(int=5), random.Random(1), argparse.Namespace(a=1), re.compile('a'), re.I, list(range(3000)),
  {str(i): float(i) for i in range(3000)}, 'x' * 300, b'y' * 70000, ['z' * 100000, 1]]
l = []; l.append(l); objects.append(l)
def show(b):
    try:
        ops = list(pickletools.genops(b))
        print(b.hex(), len(ops), ops[-1][2] + 1)
    except Exception:
        pass
for o in objects:
    for p in range(6):
        for dump in (pickle.dumps, pickle._dumps):
            try: b = dump(o, p)
            except Exception: continue
            show(b)
for f in sys.stdin.read().split('\n'):
    if f: show(open(f, 'rb').read())
`

// TestPython holds the machine to pickletools: where that reads a stream, the machine
// reads as many opcodes; and what Python itself writes is proven.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	cmd := exec.Command(python, "-c", dumps)
	cmd.Stdin = strings.NewReader(strings.Join(sharedPickles(), "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, 1<<26)
	n := 0
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		data, err := hex.DecodeString(f[0])
		if err != nil {
			t.Fatal(err)
		}
		n++
		compare(t, data, f[1], f[2])
	}
	t.Logf("%d streams", n)
}

func compare(t *testing.T, data []byte, opcodes, end string) {
	t.Helper()
	r := run(data)
	if len(r.Arrays) > 0 {
		return // pickletools reads on in the array
	}
	if strconv.FormatInt(r.Opcodes, 10) != opcodes || strconv.FormatInt(r.End, 10) != end {
		// pickletools does not look at the stack: what underflows it or names no
		// entry of the memo, a load refuses too.
		if r.Malformed != "" && !r.cut {
			return
		}
		t.Errorf("%q: %d opcodes up to %d (%s), pickletools has %s up to %s", head(data), r.Opcodes, r.End, r.Malformed, opcodes, end)
	}
}

func sharedPickles() []string {
	root := os.Getenv("GATE_SHARED")
	if root == "" {
		return nil
	}
	var out []string
	for _, dir := range []string{"vm", "gadgets/*", "benign/*", "extra"} {
		files, _ := filepath.Glob(filepath.Join(root, "corpus/own", dir, "*.pkl"))
		out = append(out, files...)
	}
	return out
}

// TestPythonProven checks that everything the standard picklers write is proven.
func TestPythonProven(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	out, err := exec.Command(python, "-c", strings.ReplaceAll(dumps, "sys.stdin.read()", "''")).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		data, err := hex.DecodeString(strings.Fields(line)[0])
		if err != nil {
			t.Fatal(err)
		}
		if r := run(data); !r.Grammar.OK || !r.Stopped {
			t.Errorf("%q: %s %s", head(data), r.Malformed, r.Grammar.Reason)
		}
	}
}
