package run

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/usage"
)

// RuleTests reads the organisation's own rules, and their tests: those in a folder, which
// may have further rules, or else those beside the rules.
func RuleTests(files fs.FS, pol *config.Policy, dir string) (rules, tests map[string][]byte, err error) {
	if rules, err = CustomRules(files, pol); err != nil {
		return nil, nil, err
	}
	tests = map[string][]byte{}
	if dir != "" {
		err = regoFiles(files, dir, rules, tests)
		return rules, tests, err
	}
	for _, folder := range folders(files, pol.Rego) {
		if err := regoFiles(files, folder, nil, tests); err != nil {
			return nil, nil, err
		}
	}
	return rules, tests, nil
}

// folders are those of the files, and the folders themselves, that a policy names.
func folders(files fs.FS, named []string) []string {
	var out []string
	for _, p := range named {
		p = path.Clean(p)
		if info, err := fs.Stat(files, p); err == nil && !info.IsDir() {
			p = path.Dir(p)
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// regoFiles reads the modules below a folder; rules may be nil where only tests count.
func regoFiles(files fs.FS, dir string, rules, tests map[string][]byte) error {
	err := fs.WalkDir(files, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".rego" {
			return err
		}
		into := tests
		if !strings.HasSuffix(p, "_test.rego") {
			if into = rules; into == nil {
				return nil
			}
		}
		into[p], err = place.Read(files, p)
		return err
	})
	if err != nil {
		return usage.Errorf("reading the tests: %w", err)
	}
	return nil
}
