package tarfile

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// reads prints, for each archive, the files that Python reads from it.
const reads = `
import sys, io, tarfile
for line in sys.stdin:
    out = set()
    try:
        t = tarfile.open(fileobj=io.BytesIO(bytes.fromhex(line)), mode='r:')
        for m in t:
            try:
                if m.isreg(): out.add(t.extractfile(m).read(4096).hex() or '-')
            except Exception: pass
    except Exception: pass
    print(*sorted(out))
`

// TestPython holds that each file that Python's tarfile reads from an archive is among
// the members, however the archive was changed.
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
	lines.Buffer(nil, 1<<22)
	files := 0
	for n := 0; lines.Scan(); n++ {
		have, disputed := handed(t, archives[n])
		for _, word := range strings.Fields(lines.Text()) {
			want, _ := hex.DecodeString(strings.Trim(word, "-"))
			files++
			if !disputed && !slices.ContainsFunc(have, func(b []byte) bool { return bytes.HasPrefix(b, want) }) {
				t.Errorf("Python reads a file %.60q that is not among the members of %q", want, archives[n])
			}
		}
	}
	t.Logf("%d files read", files)
}

// handed are the files of an archive and what stands behind it. It is disputed where a
// size is said to have two readings, of which one is followed.
func handed(t *testing.T, data []byte) (have [][]byte, disputed bool) {
	t.Helper()
	a := read(t, data)
	disputed = slices.ContainsFunc(a.Broken, func(b Break) bool { return strings.Contains(b.Reason, "other readers") })
	for i := range a.Members {
		if m := &a.Members[i]; m.Regular() {
			if r, err := a.Open(m); err == nil {
				b, _ := io.ReadAll(io.LimitReader(r, 1<<20))
				have = append(have, b)
			}
		}
	}
	if a.End < int64(len(data)) {
		have = append(have, data[a.End:])
	}
	return have, disputed
}

func mutable(t *testing.T) (out [][]byte) {
	text := func(n int) string { return fmt.Sprintf("%d", n) + strings.Repeat("x", n) }
	for _, format := range []tar.Format{tar.FormatUSTAR, tar.FormatPAX, tar.FormatGNU} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for i, name := range []string{"sys_info", "pickle", "d/" + strings.Repeat("n", 90), "storages"} {
			if format != tar.FormatUSTAR && i == 2 {
				name += strings.Repeat("/long", 40)
			}
			if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text(i * 300))), Mode: 0o600, Format: format}); err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(w, text(i*300))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		out = append(out, b.Bytes())
	}
	return out
}

// mutate changes fields of headers, whose checksums it mostly makes right again, cuts an
// archive or mixes it with another.
func mutate(rng *rand.Rand, seeds [][]byte) []byte {
	b := bytes.Clone(seeds[rng.IntN(len(seeds))])
	for range 1 + rng.IntN(3) {
		at := rng.IntN(len(b)/block) * block
		switch rng.IntN(10) {
		case 0:
			b = slices.Delete(b, at, min(len(b), at+block*rng.IntN(3)))
		case 1:
			b = slices.Insert(b, at, make([]byte, block*(1+rng.IntN(2)))...)
		case 2:
			from := seeds[rng.IntN(len(seeds))]
			start := rng.IntN(len(from)/block) * block
			b = slices.Insert(b, at, from[start:]...)
		default:
			h := b[at : at+block]
			field := [][2]int{{0, 100}, {100, 8}, {124, 12}, {124, 12}, {136, 12}, {148, 8}, {156, 1}, {156, 1}, {157, 100}, {257, 8}, {329, 8}, {345, 155}, {386, 96}, {482, 1}, {483, 12}}[rng.IntN(15)]
			values := []string{"0", "L", "K", "S", "x", "g", "7", "D", "\x00", "00000000100\x00", " 100 ", "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "-1", "777777777777", "ustar  \x00", "\x01", "100\x00\x00100"}
			copy(h[field[0]:field[0]+field[1]], values[rng.IntN(len(values))])
			if field[0] != 148 && rng.IntN(8) > 0 {
				sum := 0
				copy(h[148:156], "        ")
				for _, c := range h {
					sum += int(c)
				}
				copy(h[148:156], fmt.Sprintf("%06o\x00 ", sum))
			}
		}
		if len(b) < block {
			return b
		}
	}
	return b
}
