package gate_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/modelgate/gate"

// layers has each package of the module by pattern, low to high. A package may import
// only lower layers, but for the exceptions that allowed names.
var layers = [][]string{
	{".", "rego"},
	{"internal/*"},
	{"checks/*/*"},
	{"checks"},
	{"internal/scan"},
	{"internal/run"},
	{
		"internal/admission", "internal/baseline", "internal/behave", "internal/convert", "internal/fetch", "internal/fix", "internal/guard",
		"internal/pin", "internal/policyinit", "internal/proposal", "internal/review", "internal/verify", "internal/watch",
	},
	{"internal/cli"},
	{"cmd/*", "internal/tools/*"},
}

// allowed are the imports within a layer, each of them a decision: a reader builds on
// another, the policy is read in parts. A package may import the one that it stands in.
var allowed = map[string][]string{
	"rego":                 {"."},
	"internal/admission":   {"internal/fetch"},
	"internal/bypass":      {"internal/modeltest"},
	"internal/checktest":   {"internal/modeltest"},
	"internal/cmdline":     {"internal/pysyntax"},
	"internal/config":      {"internal/option", "internal/sentence", "internal/spelling", "internal/strictyaml"},
	"internal/hub":         {"internal/httpsafe"},
	"internal/link":        {"internal/modelid", "internal/pyversion"},
	"internal/lock":        {"internal/strictyaml"},
	"internal/modelfolder": {"internal/jsontree"},
	"internal/modelscope":  {"internal/httpsafe"},
	"internal/oci":         {"internal/httpsafe"},
	"internal/pickle":      {"internal/binary"},
	"internal/protobuf":    {"internal/binary"},
	"internal/pyconst":     {"internal/pysyntax"},
	"internal/sentence":    {"internal/spelling"},
	"internal/sourcefile":  {"internal/modelid", "internal/splice", "internal/tokens"},
	"internal/strictyaml":  {"internal/spelling"},
	"internal/weburl":      {"internal/httpsafe"},
	"internal/yamltree":    {"internal/jsontree"},
	"internal/zipfile":     {"internal/binary"},
}

// impure are packages that a check may not import: it is a function of the bytes it is
// given.
var impure = []string{"os", "os/exec", "net", "net/http", "syscall", "unsafe", "plugin"}

// importers names the only package that may import a library.
var importers = map[string][]string{
	"github.com/sethvargo/go-githubactions":  {"internal/gha"},
	"github.com/open-policy-agent/opa":       {"internal/policy"},
	"github.com/owenrumney/go-sarif/v2":      {"internal/report"},
	"github.com/bmatcuk/doublestar/v4":       {"internal/scan", "internal/config"},
	"github.com/go-git/":                     {"internal/gitrepo"},
	"oras.land/oras-go/v2":                   {"internal/oci"},
	"github.com/CycloneDX/cyclonedx-go":      {"internal/report"},
	"github.com/santhosh-tekuri/jsonschema/": {"tests only"},
}

func TestLayers(t *testing.T) {
	for pkg, imports := range packages(t) {
		layer := layerOf(pkg)
		if layer < 0 {
			t.Errorf("package %s is in no layer", pkg)
			continue
		}
		for _, imp := range imports {
			rel, own := strings.CutPrefix(imp, module)
			if !own {
				continue
			}
			rel = strings.TrimPrefix(rel, "/")
			if rel == "" {
				rel = "."
			}
			if to := layerOf(rel); to > layer || to == layer && !sideways(pkg, rel) {
				t.Errorf("%s (layer %d) may not import %s (layer %d)", pkg, layer, rel, to)
			}
		}
	}
}

func sideways(from, to string) bool {
	return slices.Contains(allowed[from], to) || strings.HasPrefix(from, to+"/")
}

// TestAllowedImportsExist keeps the table from allowing what nobody needs any more.
func TestAllowedImportsExist(t *testing.T) {
	imports := packages(t)
	for from, list := range allowed {
		for _, to := range list {
			if path := strings.TrimSuffix(module+"/"+to, "/."); !slices.Contains(imports[from], path) {
				t.Errorf("%s may import %s and does not", from, to)
			}
		}
	}
}

func TestChecksArePure(t *testing.T) {
	for pkg, imports := range packages(t) {
		if !strings.HasPrefix(pkg, "checks") {
			continue
		}
		for _, imp := range imports {
			if slices.Contains(impure, imp) {
				t.Errorf("%s imports %q: a check is a pure function of the bytes it is given", pkg, imp)
			}
		}
	}
}

func TestLibrariesHaveOneImporter(t *testing.T) {
	for pkg, imports := range packages(t) {
		for _, imp := range imports {
			for lib, owners := range importers {
				if strings.HasPrefix(imp, lib) && !slices.ContainsFunc(owners, func(o string) bool {
					return pkg == o || strings.HasPrefix(pkg, o+"/")
				}) {
					t.Errorf("%s imports %q, which belongs to %s", pkg, imp, strings.Join(owners, ", "))
				}
			}
		}
	}
}

// TestEveryCheckIsListed holds checks.go to the folders below it.
func TestEveryCheckIsListed(t *testing.T) {
	text, err := os.ReadFile("checks/checks.go")
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range packages(t) {
		if strings.Count(pkg, "/") == 2 && strings.HasPrefix(pkg, "checks/") && !strings.Contains(string(text), strconv.Quote(module+"/"+pkg)) {
			t.Errorf("%s is not in checks.go", pkg)
		}
	}
}

// layerOf is the layer of the longest pattern that has the package or a folder above it.
func layerOf(pkg string) int {
	best, length := -1, -1
	for i, patterns := range layers {
		for _, p := range patterns {
			if matches(p, pkg) && len(p) > length {
				best, length = i, len(p)
			}
		}
	}
	return best
}

func matches(pattern, pkg string) bool {
	for {
		if ok, _ := path.Match(pattern, pkg); ok {
			return true
		}
		if pkg = path.Dir(pkg); pkg == "." {
			return false
		}
	}
}

// packages has the imports of each package of the module, those of tests left out.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if p != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(p))
		out[pkg] = append(out[pkg], []string{}...)
		for _, imp := range f.Imports {
			path, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			if !slices.Contains(out[pkg], path) {
				out[pkg] = append(out[pkg], path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
