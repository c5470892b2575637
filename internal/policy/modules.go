package policy

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/rego"
)

// pureCapabilities are those of the policy language without what depends on the clock,
// on chance, on the network or on the process.
func pureCapabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	var pure []*ast.Builtin
	for _, b := range c.Builtins {
		if !b.Nondeterministic && b.Name != ast.RegoParseModule.Name && b.Name != ast.Trace.Name {
			pure = append(pure, b)
		}
	}
	c.Builtins = pure
	c.AllowNet = []string{}
	return c
}

func parse(file string, text []byte, c *ast.Capabilities, annotations bool) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(file, string(text), ast.ParserOptions{
		Capabilities:      c,
		ProcessAnnotation: annotations,
		RegoVersion:       ast.RegoV1,
	})
}

// asked lists the rules that are on and have something to judge: evidence that occurred,
// or its absence.
func (s *settings) asked(kinds byKind, custom bool) []gate.Rule {
	var out []gate.Rule
	for _, rule := range s.catalogue {
		own := s.Rules[rule.ID]
		if own.Custom == custom && own.on() && (rule.Absence || occurs(rule.Evidence, kinds)) {
			out = append(out, rule)
		}
	}
	return out
}

// occurs tells whether a kind was stated; "*.malformed" is the kind of every format.
func occurs(wanted []gate.Kind, kinds byKind) bool {
	for _, k := range wanted {
		if suffix, ok := strings.CutPrefix(string(k), "*"); ok {
			for kind := range kinds {
				if strings.HasSuffix(string(kind), suffix) {
					return true
				}
			}
		}
		if _, ok := kinds[k]; ok {
			return true
		}
	}
	return false
}

// builtinModules parses main, the libraries and the modules of rules.
func builtinModules(rules []gate.Rule, c *ast.Capabilities) (map[string]*ast.Module, error) {
	files := []string{"main/main.rego"}
	libraries, err := fs.Glob(rego.FS, "lib/*.rego")
	if err != nil {
		return nil, err
	}
	for _, file := range libraries {
		if !strings.HasSuffix(file, "_test.rego") {
			files = append(files, file)
		}
	}
	for _, r := range rules {
		files = append(files, "rules/"+r.Section+"/"+r.ID+"/"+strings.ReplaceAll(r.ID, "-", "_")+".rego")
	}
	return parseAll(files, c)
}

func parseAll(files []string, c *ast.Capabilities) (map[string]*ast.Module, error) {
	modules := make([]*ast.Module, len(files))
	failures := make([]error, len(files))
	workers := min(runtime.GOMAXPROCS(0), len(files))
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < len(files); i += workers {
				text, err := rego.FS.ReadFile(files[i])
				if err != nil {
					failures[i] = err
					continue
				}
				modules[i], failures[i] = parse(files[i], text, c, false)
			}
		})
	}
	group.Wait()
	byFile := map[string]*ast.Module{}
	for i, file := range files {
		if failures[i] != nil {
			return nil, failures[i]
		}
		byFile[file] = modules[i]
	}
	return byFile, nil
}

// compile prepares modules. Built-in modules are type-checked by tests, so that a run
// need not do it again; an organisation's own are checked here.
func compile(modules map[string]*ast.Module, c *ast.Capabilities, trusted bool) (*ast.Compiler, error) {
	compiler := ast.NewCompiler().
		WithCapabilities(c).
		WithStrict(true).
		WithDefaultRegoVersion(ast.RegoV1)
	if trusted {
		compiler = compiler.WithSkipStages(ast.StageCheckTypes, ast.StageCheckUnusedImports)
	}
	compiler.Compile(modules)
	if compiler.Failed() {
		return nil, fmt.Errorf("compiling: %w", compiler.Errors)
	}
	return compiler, nil
}
