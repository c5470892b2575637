// Package rego holds the rules of the gate: the Rego modules, the built-in levels and
// options of defaults/data.yaml, and the catalogue generated from the modules' metadata.
// It evaluates nothing; see https://www.openpolicyagent.org/docs/policy-language.
package rego

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
)

// FS holds the modules, their tests, the schema of the input and the defaults.
//
//go:embed catalogue.json defaults lib main rules schemas
var FS embed.FS

// Default is the built-in setting of a rule.
type Default struct {
	Level   gate.Level     `yaml:"level"`
	Options map[string]any `yaml:"options"`
	// Stricter says for an option in which direction a value demands more: higher,
	// lower, subset or superset.
	Stricter map[string]string `yaml:"stricter"`
}

// Defaults are the built-in settings by rule id.
func Defaults() (map[string]Default, error) {
	text, err := FS.ReadFile("defaults/data.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading the built-in policy: %w", err)
	}
	var document struct {
		Rules map[string]Default `yaml:"rules"`
	}
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("reading the built-in policy: %w", err)
	}
	return document.Rules, nil
}

// Catalogue lists the rules, sorted by section and id, with their built-in levels.
func Catalogue() ([]gate.Rule, error) {
	entries, err := entries()
	if err != nil {
		return nil, err
	}
	rules := make([]gate.Rule, len(entries))
	for i, e := range entries {
		rules[i] = e.Rule
	}
	return rules, nil
}

// Awaited has the kinds of evidence that rules read and that no check states yet.
func Awaited() (map[gate.Kind]bool, error) {
	entries, err := entries()
	if err != nil {
		return nil, err
	}
	kinds := map[gate.Kind]bool{}
	for _, e := range entries {
		for _, k := range e.Awaits {
			kinds[k] = true
		}
	}
	return kinds, nil
}

// Entry is a rule as the generated catalogue.json has it.
type Entry struct {
	gate.Rule
	Awaits []gate.Kind `json:"awaits,omitempty"`
}

func entries() ([]Entry, error) {
	text, err := FS.ReadFile("catalogue.json")
	if err != nil {
		return nil, fmt.Errorf("reading the rule catalogue: %w", err)
	}
	var out []Entry
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("reading the rule catalogue: %w", err)
	}
	return out, nil
}

// Digest identifies what judges: the SHA-256 of all modules but their tests, and of the
// defaults.
func Digest() string {
	sum := sha256.New()
	// The file system is embedded and read whole, so that neither walk nor read can fail.
	_ = fs.WalkDir(FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !judges(path) {
			return err
		}
		text, err := FS.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n", path, len(text))
		sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))
}

func judges(path string) bool {
	if strings.HasSuffix(path, ".rego") {
		return !strings.HasSuffix(path, "_test.rego")
	}
	return strings.HasPrefix(path, "defaults/")
}
