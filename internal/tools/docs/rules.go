package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/modelgate/gate"
)

// sections says what the rules of a section are about.
var sections = map[string]string{
	"acquisition":   "where a model comes from and who made it",
	"serialization": "the formats that model files have",
	"execution":     "code that runs because a model is loaded",
	"content":       "what a model file holds",
	"verification":  "what shows that a model is the one that was looked at",
	"behaviour":     "how a model answers",
	"change":        "what a change does to the policy and its exceptions",
	"scan":          "what the gate could not read",
}

// index lists the rules by section.
func (b *book) index() string {
	var w strings.Builder
	fmt.Fprintf(&w, "# Rules\n\n%d rules. The level is the one without a policy; `gate rules` prints the same list and\n`gate explain RULE` the text of a page. A dagger marks rules whose evidence this version\ndoes not gather: see [the limits of this version](../threat-model.md#what-is-not-defended).\n", len(b.rules))
	section := ""
	for _, r := range b.rules {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(&w, "\n## %s\n\nRules about %s.\n\n| rule | finds | level | severity |\n|---|---|---|---|\n", section, sections[section])
		}
		fmt.Fprintf(&w, "| %s%s | %s | %s | %s |\n", link(r, ""), b.dagger(r), prose(r.Title), r.Level, r.Severity)
	}
	return w.String()
}

func (b *book) dagger(r gate.Rule) string {
	if b.blind(r) {
		return " †"
	}
	return ""
}

// rule is the page of one rule.
func (b *book) rule(r gate.Rule) (string, error) {
	var w strings.Builder
	fmt.Fprintf(&w, "# %s\n\n**%s.** %s\n", r.ID, prose(r.Title), prose(r.Description))
	fmt.Fprintf(&w, "\n**What to do.** %s\n", r.Remediation)
	if b.blind(r) {
		fmt.Fprintf(&w, "\n> %s\n", b.blindness(r))
	}
	fmt.Fprintf(&w, "\n| section | level without a policy | severity | precision |\n|---|---|---|---|\n| [%s](README.md#%s) | %s | %s | %s |\n",
		r.Section, r.Section, r.Level, r.Severity, r.Precision)
	b.options(&w, r)
	b.evidence(&w, r)
	served(&w, r)
	if err := b.example(&w, r); err != nil {
		return "", err
	}
	return w.String(), nil
}

func (b *book) blindness(r gate.Rule) string {
	if r.Absence {
		return "This version gathers no evidence for this rule. Where the policy demands it, it reports\n> each model as *required, no evidence*."
	}
	return "This version gathers no evidence for this rule: it fires only on a saved report that has\n> such evidence (`gate check --from`)."
}

func (b *book) options(w *strings.Builder, r gate.Rule) {
	d := b.defaults[r.ID]
	set := "level: deny"
	if len(d.Options) > 0 {
		fmt.Fprint(w, "\n## Options\n\n| option | default | stricter is |\n|---|---|---|\n")
		for _, name := range slices.Sorted(maps.Keys(d.Options)) {
			direction := d.Stricter[name]
			if direction == "" {
				direction = "not ordered"
			}
			fmt.Fprintf(w, "| `%s` | %s | %s |\n", name, cell(flow(d.Options[name])), direction)
			set += ", " + name + ": " + flow(d.Options[name])
		}
	} else {
		fmt.Fprint(w, "\n## Options\n\nNone but its level.\n")
	}
	fmt.Fprintf(w, "\n```yaml\nrules:\n  %s: {%s}\n```\n", r.ID, set)
}

// flow writes an option as YAML in one line.
func flow(v any) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = flow(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, k+": "+flow(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case string:
		return v
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// evidence tells what the rule reads and who states it.
func (b *book) evidence(w *strings.Builder, r gate.Rule) {
	fmt.Fprint(w, "\n## Evidence\n\n")
	for _, k := range r.Evidence {
		by := "the engine"
		if names := b.stated[k]; len(names) > 0 {
			by = strings.Join(names, ", ")
		} else if b.awaited[k] {
			by = "nothing in this version"
		} else if k == "*.malformed" {
			by = "the reader of each format"
		}
		fmt.Fprintf(w, "- `%s`, stated by %s\n", k, by)
	}
}

func served(w *strings.Builder, r gate.Rule) {
	fmt.Fprint(w, "\n## Standards\n\n")
	for _, id := range r.Standards {
		name, _ := standardName(id)
		fmt.Fprintf(w, "- %s\n", strings.TrimSpace(printed(id)+" "+name))
	}
}

// example shows the script in which the rule fires, with the output that it got.
func (b *book) example(w *strings.Builder, r gate.Rule) error {
	text, err := fs.ReadFile(b.root, "testdata/rules/"+r.ID+".txtar")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	archive := txtar.Parse(text)
	first, script, _ := strings.Cut(string(archive.Comment), "\n")
	command, made := run(script)
	fmt.Fprintf(w, "\n## Example\n\n%s\n", strings.TrimSpace(strings.TrimPrefix(first, "#")))
	if len(made) > 0 {
		fmt.Fprintf(w, "\nThe test builds %s as a tiny file of no other use.\n", code(made))
	}
	for _, f := range archive.Files {
		if shown(f.Name) {
			fmt.Fprintf(w, "\n`%s`\n\n%s", f.Name, fenced(language(f.Name), string(f.Data)))
		}
	}
	for _, f := range archive.Files {
		if f.Name == "want.txt" {
			fmt.Fprintf(w, "\n%s", fenced("", "$ "+command+"\n"+string(f.Data)))
		}
	}
	return nil
}

// run finds in a script the command that judges the bad repository, and the files of
// that repository which are built and have no text.
func run(script string) (command string, made []string) {
	lines := bufio.NewScanner(strings.NewReader(script))
	for lines.Scan() {
		line := strings.TrimPrefix(lines.Text(), "! ")
		words := strings.Fields(line)
		switch {
		case command == "" && strings.HasPrefix(line, "gate "):
			command = line
		case len(words) == 3 && words[0] == "model" && shown(strings.Trim(words[2], `"`)):
			made = append(made, strings.Trim(words[2], `"`))
		}
	}
	return command, made
}

// shown tells whether a file belongs to what is judged as bad.
func shown(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return name != "want.txt" && !strings.HasPrefix(top, "good")
}

func language(name string) string {
	switch ext := strings.TrimPrefix(path.Ext(name), "."); {
	case path.Base(name) == "Dockerfile":
		return "dockerfile"
	case ext == "py":
		return "python"
	case ext == "yml":
		return "yaml"
	case ext == "sh":
		return "sh"
	case slices.Contains([]string{"yaml", "json", "toml", "xml"}, ext):
		return ext
	}
	return ""
}

// fenced is a block of code whose fence is longer than any in it.
func fenced(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return fence + language + "\n" + text + fence + "\n"
}
