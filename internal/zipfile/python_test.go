package zipfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// reads prints, for each archive, the files that Python reads from it, and those that
// torch does where it is installed.
const reads = `
import sys, io, zipfile, zlib, resource
try: from torch._C import PyTorchFileReader
except Exception: PyTorchFileReader = None
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)) # sizes are believed
def python(b):
    z = zipfile.ZipFile(io.BytesIO(b))
    for i in z.infolist():
        try: yield z.read(i)
        except Exception: pass
def torch(b):
    z = PyTorchFileReader(io.BytesIO(b))
    for n in z.get_all_records():
        try: x = z.get_record(n)
        except Exception: continue
        if zlib.crc32(x).to_bytes(4, 'little') in b: yield x # it does not say where it read nothing
for line in sys.stdin:
    b, out = bytes.fromhex(line), set()
    for reader in [python] + [torch] * bool(PyTorchFileReader):
        try: out |= {reader.__name__ + ':' + x.hex() for x in reader(b) if len(x) < 1 << 16}
        except Exception: pass
    print(*sorted(out))
`

// TestPython holds that each file that Python's zipfile or torch reads from an archive is
// among the entries, however the archive was changed.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	var archives [][]byte
	rng := rand.New(rand.NewPCG(7, 7))
	seeds := mutable(t)
	for range 2000 {
		archives = append(archives, mutate(rng, seeds))
	}
	var in strings.Builder
	for _, a := range archives {
		in.WriteString(hex.EncodeToString(a) + "\n")
	}
	cmd := exec.Command(python, "-c", reads)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	files := map[string]int{}
	for n := 0; lines.Scan(); n++ {
		have := handed(t, archives[n])
		for _, word := range strings.Fields(lines.Text()) {
			reader, text, _ := strings.Cut(word, ":")
			want, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			files[reader]++
			// Readers stop at the size that is claimed.
			if !slices.ContainsFunc(have, func(b []byte) bool { return bytes.HasPrefix(b, want) }) {
				t.Errorf("%s reads a file %q that is not among the entries of %q", reader, want, archives[n])
			}
		}
	}
	t.Logf("files read: %v", files)
}

// handed is what is handed on of an archive.
func handed(t *testing.T, data []byte) (have [][]byte) {
	t.Helper()
	a, err := Read(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil
	}
	for i := range a.Entries {
		if a.Entries[i].Missing {
			continue
		}
		a.Hand(&a.Entries[i], func(_ string, _ int64, r io.Reader) {
			b, _ := io.ReadAll(io.LimitReader(r, 1<<20))
			have = append(have, b)
		})
	}
	return have
}

// mutable are archives to change: stored and deflated, with a prefix, nested, one behind
// the other.
func mutable(t *testing.T) [][]byte {
	torch := build(t, file{"m/data.pkl", "\x80\x02}.", zip.Store}, file{"m/version", "3\n", zip.Store}, file{"m/data/0", "12345678", zip.Deflate})
	var raw bytes.Buffer
	w := zip.NewWriter(&raw)
	e, err := w.CreateRaw(&zip.FileHeader{Name: "x/version", CompressedSize64: 2, UncompressedSize64: 2, CRC32: crc32.ChecksumIEEE([]byte("3\n"))})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(e, "3\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	nested := build(t, file{"in.zip", string(torch), zip.Store}, file{"z", "last", zip.Store})
	return [][]byte{
		torch, raw.Bytes(), nested, masked(t), inData(t), behindEnd(torch), nameless(torch),
		slices.Concat([]byte("prefix"), torch), slices.Concat(torch, raw.Bytes()), slices.Concat(raw.Bytes(), torch),
		build(t, file{"a", "1", zip.Store}, file{"a", "2", zip.Deflate}),
	}
}

// mutate changes fields of the headers of an archive, cuts it or mixes it with another.
func mutate(rng *rand.Rand, seeds [][]byte) []byte {
	b := bytes.Clone(seeds[rng.IntN(len(seeds))])
	for range 1 + rng.IntN(3) {
		var heads []int
		for i := range len(b) - 3 {
			if s := string(b[i : i+2]); s == "PK" && b[i+2] < 9 {
				heads = append(heads, i)
			}
		}
		if len(heads) == 0 {
			return b
		}
		at := heads[rng.IntN(len(heads))]
		switch rng.IntN(12) {
		case 0: // cut
			b = slices.Delete(b, at, min(len(b), at+rng.IntN(40)))
		case 1: // insert
			b = slices.Insert(b, at, seeds[rng.IntN(len(seeds))]...)
		case 2: // repeat
			b = slices.Insert(b, at, b[at:min(len(b), at+60)]...)
		case 3: // swap the end
			b = b[:at]
			b = append(b, seeds[rng.IntN(len(seeds))]...)
		default: // a field of a header
			field := at + 4 + rng.IntN(44)
			if field+4 > len(b) {
				continue
			}
			old := binary.LittleEndian.Uint32(b[field:])
			values := []uint32{0, 1, old + 1, old - 1, uint32(rng.IntN(len(b))), uint32(at), 0xffffffff, uint32(len(b)), old ^ 1<<rng.IntN(32)}
			v := values[rng.IntN(len(values))]
			if rng.IntN(2) == 0 {
				binary.LittleEndian.PutUint16(b[field:], uint16(v))
			} else {
				binary.LittleEndian.PutUint32(b[field:], v)
			}
		}
	}
	return b
}
