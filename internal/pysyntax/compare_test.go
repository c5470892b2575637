package pysyntax

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAgainstCPython compares the calls in Python's own library, or in the folder that
// PYSYNTAX_TREE names, with those that CPython's ast finds.
func TestAgainstCPython(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	python, err := exec.LookPath("python3")
	if p := os.Getenv("PYSYNTAX_PYTHON"); p != "" {
		python, err = p, nil
	}
	if err != nil {
		t.Skip("no python3")
	}
	version, err := exec.Command(python, "-c", "import sys;print(sys.version_info>=(3,12))").Output()
	if err != nil {
		t.Skip("python3 does not run:", err)
	}
	exact := strings.HasPrefix(string(version), "True")
	dir := os.Getenv("PYSYNTAX_TREE")
	if dir == "" {
		out, err := exec.Command(python, "-c", "import os;print(os.path.dirname(os.__file__))").Output()
		if err != nil {
			t.Skip("no library:", err)
		}
		dir = strings.TrimSpace(string(out))
	}
	paths := pythonFiles(t, dir)
	cmd := exec.Command(python, "testdata/calls.py")
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n"))
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8:surrogateescape")
	out, err := cmd.Output()
	if err != nil {
		t.Skip("CPython did not list the calls:", err)
	}
	compare(t, string(out), exact)
}

// pythonFiles lists the Python files below a folder, but for installed packages.
func pythonFiles(t testing.TB, dir string) []string {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".py") && !strings.Contains(path[len(dir):], "/site-packages/") {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func compare(t *testing.T, out string, exact bool) {
	files, all, wrong, formatted := 0, 0, 0, 0
	for _, part := range strings.Split(out, "\n=") {
		lines := strings.Split(strings.TrimSuffix(strings.TrimPrefix(part, "="), "\n"), "\n")
		path, want := lines[0], lines[1:]
		src, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		files++
		m := Parse(src)
		got := calls(m, exact)
		for _, s := range want {
			if strings.HasPrefix(s, "f ") {
				formatted++
			}
		}
		missing, extra := difference(want, got)
		all += len(want)
		wrong += max(len(missing), len(extra))
		if len(missing)+len(extra) > 0 {
			t.Logf("%s: missing %q, too much %q", path, missing[:min(3, len(missing))], extra[:min(3, len(extra))])
		}
		if len(m.Errors) > 0 {
			t.Logf("%s: %d errors, first %q at %d", path, len(m.Errors), m.Errors[0].Message, m.Errors[0].Offset)
		}
	}
	t.Logf("%d files, %d calls, %d in f-strings without a place, %d wrong: %.4f %%", files, all, formatted, wrong, 100*float64(all-wrong)/float64(max(all, 1)))
	if wrong*10000 > all {
		t.Errorf("%d of %d calls differ from CPython's", wrong, all)
	}
}

// difference is what only one of two multisets has.
func difference(a, b []string) (onlyA, onlyB []string) {
	slices.Sort(a)
	slices.Sort(b)
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			onlyA, a = append(onlyA, a[0]), a[1:]
		case len(a) == 0 || b[0] < a[0]:
			onlyB, b = append(onlyB, b[0]), b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	return onlyA, onlyB
}

// calls lists the calls of a module as testdata/calls.py does.
func calls(m *Module, exact bool) []string {
	var out []string
	starts := []int{0}
	for i := 0; i < len(m.Source); i++ {
		if c := m.Source[i]; c == '\n' || c == '\r' && (i+1 == len(m.Source) || m.Source[i+1] != '\n') {
			starts = append(starts, i+1)
		}
	}
	var visit func(n Node, formatted bool)
	visit = func(n Node, formatted bool) {
		if c, ok := n.(*Call); ok {
			place := "f"
			if exact || !formatted {
				line, _ := slices.BinarySearch(starts, int(c.Start)+1)
				col := int(c.Start) - starts[line-1]
				if line == 1 && strings.HasPrefix(m.Source, "\ufeff") {
					col -= 3
				}
				place = fmt.Sprintf("%d:%d", line, col)
			}
			out = append(out, fmt.Sprintf("%s %s %d %s", place, callee(c.Func), len(c.Args), keywords(c)))
		}
		_, joined := n.(*JoinedStr)
		Children(n, func(c Node) { visit(c, formatted || joined) })
	}
	visit(m, false)
	return out
}

func callee(e Expr) string {
	switch e := e.(type) {
	case *Name:
		return e.ID
	case *Attribute:
		return callee(e.Value) + "." + e.Attr
	}
	return "?"
}

func keywords(c *Call) string {
	var names []string
	for _, k := range c.Keywords {
		if k.Name == "" {
			k.Name = "**"
		}
		names = append(names, k.Name)
	}
	return strings.Join(names, ",")
}
