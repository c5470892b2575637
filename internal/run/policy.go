package run

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/usage"
	"github.com/modelgate/gate/rego"
)

// PolicyFiles are where a repository keeps its policy, in the order of preference.
var PolicyFiles = []string{"model-repository-policy.yaml", ".github/model-repository-policy.yaml"}

// PolicyFile is a policy in a state of the repository, or nothing.
type PolicyFile struct {
	Path string // empty where there is none
	Text []byte
}

// FindPolicy is the first of some files that a tree has.
func FindPolicy(fsys fs.FS, names []string) (*PolicyFile, error) {
	for _, name := range names {
		text, err := place.Read(fsys, path.Clean(name))
		if err == nil {
			return &PolicyFile{name, text}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, usage.Errorf("reading the policy %q: %w", name, err)
		}
	}
	return &PolicyFile{}, nil
}

// Parse reads a policy; the built-in one holds where there is no file.
func (f *PolicyFile) Parse(now time.Time) (*config.Policy, error) {
	defaults, err := DefaultRules()
	if err != nil {
		return nil, err
	}
	if f.Path == "" {
		return config.Default(defaults), nil
	}
	return config.Parse(f.Path, f.Text, defaults, now)
}

// DefaultRules are the rules as a policy finds them.
func DefaultRules() (map[string]config.Rule, error) {
	rules, err := rego.Defaults()
	if err != nil {
		return nil, err
	}
	catalogue, err := rego.Catalogue()
	if err != nil {
		return nil, err
	}
	out := map[string]config.Rule{}
	for _, rule := range catalogue {
		d := rules[rule.ID]
		severity, err := strconv.ParseFloat(rule.Severity, 64)
		if err != nil {
			return nil, fmt.Errorf("the rule %s has the severity %q: %w", rule.ID, rule.Severity, err)
		}
		out[rule.ID] = config.Rule{Level: d.Level, Options: d.Options, Stricter: d.Stricter, Section: rule.Section, Severity: severity}
	}
	return out, nil
}

// CustomRules reads the organisation's own Rego that a policy names: files, or folders of
// them.
func CustomRules(files fs.FS, pol *config.Policy) (map[string][]byte, error) {
	modules := map[string][]byte{}
	for _, p := range pol.Rego {
		err := fs.WalkDir(files, path.Clean(p), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(p) != ".rego" || strings.HasSuffix(p, "_test.rego") {
				return err
			}
			modules[p], err = place.Read(files, p)
			return err
		})
		if err != nil {
			return nil, usage.Errorf("reading the rules that the policy names under custom.rego: %w", err)
		}
	}
	return modules, nil
}
