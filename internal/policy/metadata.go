package policy

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/rego"
)

// Catalogue reads the metadata of the rules in a file system that is laid out like
// rego.FS, and gives them their built-in levels.
func Catalogue(modules fs.FS, defaults map[string]rego.Default) ([]rego.Entry, error) {
	files, err := fs.Glob(modules, "rules/*/*/*.rego")
	if err != nil {
		return nil, err
	}
	entries := []rego.Entry{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.rego") {
			continue
		}
		entry, err := readEntry(modules, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		entry.Level = defaults[entry.ID].Level
		entries = append(entries, entry)
	}
	slices.SortFunc(entries, func(a, b rego.Entry) int {
		return cmp.Or(strings.Compare(a.Section, b.Section), strings.Compare(a.ID, b.ID))
	})
	return entries, nil
}

func readEntry(modules fs.FS, file string) (rego.Entry, error) {
	text, err := fs.ReadFile(modules, file)
	if err != nil {
		return rego.Entry{}, err
	}
	module, err := parse(file, text, pureCapabilities(), true)
	if err != nil {
		return rego.Entry{}, err
	}
	entry, err := metadata(module, "rules")
	if err != nil {
		return rego.Entry{}, err
	}
	if want := "rules/" + entry.Section + "/" + entry.ID + "/" + strings.ReplaceAll(entry.ID, "-", "_") + ".rego"; file != want {
		return rego.Entry{}, fmt.Errorf("the package of this file belongs in %q", path.Clean(want))
	}
	return entry, nil
}

// customMetadata is what the metadata of a rule has beyond title and description.
type customMetadata struct {
	Evidence    []gate.Kind `json:"evidence"`
	Awaits      []gate.Kind `json:"awaits"`
	Absence     bool        `json:"absence"`
	Precision   string      `json:"precision"`
	Severity    string      `json:"security_severity"`
	Remediation string      `json:"remediation"`
	Standards   []string    `json:"standards"`
	Level       gate.Level  `json:"level"` // of a custom rule; deny without it
}

// metadata reads a rule from the annotations of its package, which is
// <root>.<section>.<id>.
func metadata(module *ast.Module, root string) (rego.Entry, error) {
	section, id, err := placeOf(module.Package, root)
	if err != nil {
		return rego.Entry{}, err
	}
	for _, a := range module.Annotations {
		if a.Scope != "package" {
			continue
		}
		var c customMetadata
		text, err := json.Marshal(a.Custom)
		if err != nil {
			return rego.Entry{}, err
		}
		if err := json.Unmarshal(text, &c); err != nil {
			return rego.Entry{}, fmt.Errorf("metadata: %w", err)
		}
		entry := rego.Entry{
			Rule: gate.Rule{
				ID: id, Section: section, Title: a.Title, Description: strings.TrimSpace(a.Description),
				Remediation: strings.TrimSpace(c.Remediation), Level: c.Level, Evidence: c.Evidence,
				Precision: c.Precision, Severity: c.Severity, Standards: c.Standards, Absence: c.Absence,
			},
			Awaits: c.Awaits,
		}
		return entry, complete(entry.Rule)
	}
	return rego.Entry{}, errors.New("the package has no metadata")
}

func placeOf(p *ast.Package, root string) (section, id string, err error) {
	var parts []string
	for _, term := range p.Path[1:] {
		parts = append(parts, strings.Trim(term.String(), `"`))
	}
	prefix := strings.Split(root, ".")
	if len(parts) != len(prefix)+2 || !slices.Equal(parts[:len(prefix)], prefix) {
		return "", "", fmt.Errorf("the package must be %s.<section>[\"<rule-id>\"], not %s", root, strings.Join(parts, "."))
	}
	return parts[len(prefix)], parts[len(prefix)+1], nil
}

func complete(r gate.Rule) error {
	for _, field := range []struct{ name, value string }{
		{"title", r.Title},
		{"description", r.Description},
		{"custom.remediation", r.Remediation},
		{"custom.precision", r.Precision},
		{"custom.security_severity", r.Severity},
	} {
		if field.value == "" {
			return fmt.Errorf("metadata lacks %s", field.name)
		}
	}
	if len(r.Evidence) == 0 {
		return errors.New("metadata lacks custom.evidence")
	}
	return nil
}
