package executable

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

func TestLibraries(t *testing.T) {
	zeros := strings.Repeat("\x00", 64)
	pe := []byte("MZ" + zeros + "PE\x00\x00")
	binary.LittleEndian.PutUint32(pe[60:], 66)
	for name, test := range map[string]struct{ data, kind string }{
		"elf":               {"\x7fELF\x02\x01\x01" + zeros, "elf"},
		"pe":                {string(pe), "pe"},
		"dos stub":          {"MZ\x90\x00" + zeros, "pe"},
		"mach-o":            {"\xcf\xfa\xed\xfe\x07\x00\x00\x01\x03\x00\x00\x00\x06\x00\x00\x00" + zeros, "mach-o"},
		"fat":               {"\xca\xfe\xba\xbe\x00\x00\x00\x02" + zeros, "mach-o"},
		"python 3.12":       {"\xcb\x0d\r\n" + zeros[:12] + "\xe3" + zeros, "pyc"},
		"python 2.7":        {"\x03\xf3\r\n" + zeros[:4] + "c" + zeros, "pyc"},
		"a java class":      {"\xca\xfe\xba\xbe\x00\x00\x00\x34" + zeros, ""},
		"text with letters": {"MZ is a pair of letters, as in AMZ Corp, and so is ELF" + zeros, ""},
		"broken elf":        {"\x7fELF" + zeros, "elf"},
		"lines":             {"ab\r\nabcdefghijklmnop", ""},
	} {
		if got := checktest.Wants(Inspector{}, "weights.bin", []byte(test.data)); got != (test.kind != "") {
			t.Errorf("%s: wants is %v", name, got)
		}
		if test.kind == "" {
			continue
		}
		r := checktest.Inspect(t, Inspector{}, "weights.bin", []byte(test.data))
		if got := checktest.Of[Library](r, "native.library"); !slices.Equal(got, []Library{{test.kind}}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSite(t *testing.T) {
	text := "\ufeff# import os\n./lib\nimport os; os.system('true')\rimport\tsys\u2028importlib\n import x"
	if !checktest.Wants(Inspector{}, "x.pth", []byte(text)) {
		t.Error("a path file is not wanted")
	}
	r := checktest.Inspect(t, Inspector{}, "x.pth", []byte(text))
	want := []Site{{"import os; os.system('true')"}, {"import\tsys"}}
	if got := checktest.Of[Site](r, "python.site"); !slices.Equal(got, want) {
		t.Errorf("lines %q", got)
	}
	if at := r.Evidence[0].At; at.Line != 3 || at.Column != 1 {
		t.Errorf("at %+v", at)
	}
	for _, weights := range []string{"PK\x03\x04", "\x80\x02}q\x00.", ""} {
		if checktest.Wants(Inspector{}, "x.pth", []byte(weights)) {
			t.Errorf("wants weights that begin with %q", weights)
		}
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/native/*"))
	for _, path := range append(paths, filepath.Join(dir, "corpus/own/extra/elf_zip.pt")) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := checktest.Inspect(t, Inspector{}, path, data)
		if !checktest.Wants(Inspector{}, path, data) || len(checktest.Of[Library](r, "native.library")) != 1 {
			t.Errorf("%s: %s", path, checktest.JSON(r))
		}
	}
	paths, _ = filepath.Glob(filepath.Join(dir, "corpus/own/benign/*/*"))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if checktest.Wants(Inspector{}, path, data) {
			t.Errorf("%s is wanted", path)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "x.pth", []byte("import os\n./lib\n"), []byte("\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 16)))
}
