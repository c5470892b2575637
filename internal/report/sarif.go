package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/modelgate/gate"
)

// How a report maps onto SARIF 2.1.0 as code scanning reads it:
//
//   - One run, always with all rules and perhaps without results, so that alerts of what
//     was repaired are closed. The id of its category ends in a slash.
//   - One result for each rule, file and line: several bad entries of one file are one
//     alert with a count, since equal identities merge unpredictably.
//   - The place is a file of the checkout. An entry of a container is a logical location
//     and stands in the message; no URI has a scheme, which would reject the upload.
//   - deny is "error", warn is "warning". Waived violations are left out, since code
//     scanning ignores suppressions and would open alerts for them.
//   - primaryLocationLineHash is computed as the uploader does, gate/v1 is the identity of
//     rule, file and model that survives a moved line and a new revision.
const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	homepage    = "https://github.com/modelgate/gate"
	maxResults  = 5000 // shown of a run; more are dropped by code scanning
	maxRelated  = 20
	maxHashed   = 16 << 20 // a larger file gets its line hash from the uploader
)

// SARIF writes the log that GitHub code scanning takes.
func SARIF(w io.Writer, r *gate.Report, opt Options) error {
	log, err := sarif.New(sarif.Version210)
	if err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	log.Schema = sarifSchema
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(related(log, sarifRun(r, opt), r.Rules))
}

func sarifRun(r *gate.Report, opt Options) *sarif.Run {
	run := sarif.NewRunWithInformationURI("gate", homepage)
	driver := run.Tool.Driver
	version := strings.TrimPrefix(cmp.Or(r.Engine.Version, "dev"), "v")
	driver.Version = &version
	if semantic(version) {
		driver.SemanticVersion = &version
	}
	driver.Rules = []*sarif.ReportingDescriptor{}
	index := map[string]int{}
	for i, rule := range r.Rules {
		index[rule.ID] = i
		driver.Rules = append(driver.Rules, descriptor(rule))
	}
	category := cmp.Or(opt.Category, "gate") + "/"
	run.AutomationDetails = &sarif.RunAutomationDetails{ID: &category}
	run.AddInvocation(r.Verdict != gate.Unfinished)
	run.Results = []*sarif.Result{}
	hashes := &hashCache{files: opt.Files, of: map[string][]string{}}
	edits := &fixer{files: opt.Files, prefix: opt.Prefix}
	for _, g := range alerts(r) {
		res := result(g, index, hashes, opt.Prefix)
		res.Fixes = edits.fixes(g)
		run.Results = append(run.Results, res)
	}
	if _, _, waived := count(r); waived > 0 {
		run.Properties = sarif.Properties{"waived": waived}
	}
	return run
}

func descriptor(rule gate.Rule) *sarif.ReportingDescriptor {
	level := sarifLevel(rule.Level)
	d := sarif.NewRule(rule.ID).
		WithName(rule.ID).
		WithShortDescription(sarif.NewMultiformatMessageString(cut(rule.Title, 1000))).
		WithFullDescription(sarif.NewMultiformatMessageString(cut(cmp.Or(rule.Description, rule.Title), 1000)))
	help := cmp.Or(rule.Description, rule.Title) + "\n\n" + rule.Remediation
	d.Help = sarif.NewMarkdownMultiformatMessageString(help)
	d.Help.Text = &help
	d.WithHelpURI(homepage + "/blob/main/docs/rules/" + rule.ID + ".md")
	d.DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(level)
	d.Properties = sarif.Properties{
		"tags": tags(rule), "precision": cmp.Or(rule.Precision, "high"),
		"security-severity": cmp.Or(rule.Severity, "5.0"), "problem.severity": problemSeverity(level),
	}
	return d
}

// tags are the standards that a rule serves; code scanning keeps ten.
func tags(rule gate.Rule) []string {
	t := []string{"security", "model-supply-chain"}
	for _, s := range rule.Standards {
		if cwe, ok := strings.CutPrefix(strings.ToLower(s), "cwe-"); ok {
			s = "external/cwe/cwe-" + cwe
		}
		if len(t) < 10 && !slices.Contains(t, s) {
			t = append(t, s)
		}
	}
	return t
}

func sarifLevel(l gate.Level) string {
	switch l {
	case gate.Deny:
		return "error"
	case gate.Warn:
		return "warning"
	default:
		return "note"
	}
}

func problemSeverity(level string) string {
	if level == "note" {
		return "recommendation"
	}
	return level
}

// alerts groups the violations that are not waived by rule, file and line, the most
// severe first, at most as many as are kept.
func alerts(r *gate.Report) [][]gate.Violation {
	var out [][]gate.Violation
	at := map[string]int{}
	for _, g := range groups(r) {
		for _, v := range g.found {
			v = anchored(v)
			key := fmt.Sprintf("%s\x00%s\x00%d", v.Rule, outer(v.At.Path), max(1, v.At.Line))
			if i, ok := at[key]; ok {
				out[i] = append(out[i], v)
				continue
			}
			at[key] = len(out)
			out = append(out, []gate.Violation{v})
		}
	}
	return out[:min(len(out), maxResults)]
}

func result(found []gate.Violation, index map[string]int, hashes *hashCache, prefix string) *sarif.Result {
	first := found[0]
	res := sarif.NewRuleResult(first.Rule).WithLevel(sarifLevel(first.Level))
	if i, ok := index[first.Rule]; ok {
		res.WithRuleIndex(i)
	}
	message := plain(first.Message)
	if n := len(found) - 1; n > 0 {
		message += fmt.Sprintf(" (and %d more here)", n)
	}
	place := location(first.At, prefix)
	for i, l := range first.Related {
		if i == maxRelated {
			break
		}
		res.AddRelatedLocation(location(l, prefix).WithId(i + 1).WithMessage(sarif.NewTextMessage("also here")))
	}
	if n := len(res.RelatedLocations); n > 0 {
		message += fmt.Sprintf(" See [%s](1).", Plural(n, "other place"))
	}
	res.WithMessage(sarif.NewTextMessage(cut(message, 4000)))
	res.AddLocation(place)
	res.PartialFingerprints = fingerprints(first, hashes)
	res.Properties = alertProperties(found)
	return res
}

// location is one line of a file of the checkout.
func location(l gate.Location, prefix string) *sarif.Location {
	region := sarif.NewRegion().WithStartLine(max(1, l.Line)).WithStartColumn(max(1, l.Column)).WithEndLine(max(1, l.Line))
	end := l.EndColumn
	if l.EndLine > l.Line || end <= l.Column {
		end = max(1, l.Column) + 1
	}
	region.WithEndColumn(end)
	place := sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri(prefix + outer(l.Path)))).WithRegion(region))
	if l.Path != outer(l.Path) {
		place.LogicalLocations = []*sarif.LogicalLocation{sarif.NewLogicalLocation().WithFullyQualifiedName(plain(l.Path))}
	}
	return place
}

// uri is a relative reference: a colon in its first segment would read as a scheme.
func uri(path string) string {
	u := (&url.URL{Path: path}).EscapedPath()
	return strings.ReplaceAll(cmp.Or(u, "."), ":", "%3A")
}

func fingerprints(v gate.Violation, hashes *hashCache) map[string]any {
	identity := fmt.Sprintf("%s\x00%s\x00%s", v.Rule, v.Model, v.At.Path)
	p := map[string]any{"gate/v1": digest(identity)}
	if h := hashes.line(outer(v.At.Path), max(1, v.At.Line)); h != "" {
		p["primaryLocationLineHash"] = h
	}
	return p
}

func alertProperties(found []gate.Violation) sarif.Properties {
	var rows []map[string]any
	for i, v := range found {
		if i == 100 {
			break
		}
		rows = append(rows, map[string]any{"path": plain(v.At.Path), "offset": v.At.Offset, "message": plain(v.Message), "model": plain(v.Model)})
	}
	return sarif.Properties{"findings": rows, "count": len(found)}
}

// hashCache has the line hashes of the files that results stand in.
type hashCache struct {
	files fs.FS
	of    map[string][]string
}

func (c *hashCache) line(path string, line int) string {
	if c.files == nil {
		return ""
	}
	lines, ok := c.of[path]
	if !ok {
		if info, err := fs.Stat(c.files, path); err == nil && info.Mode().IsRegular() && info.Size() <= maxHashed {
			if text, err := fs.ReadFile(c.files, path); err == nil {
				lines = lineHashes(text)
			}
		}
		c.of[path] = lines
	}
	if line > len(lines) {
		return ""
	}
	return lines[line-1]
}

func digest(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

// semantic tells whether a version is one by semver.org, which code scanning prefers.
func semantic(v string) bool {
	parts := strings.Split(strings.SplitN(v, "-", 2)[0], ".")
	return len(parts) == 3 && !slices.ContainsFunc(parts, func(p string) bool {
		return p == "" || strings.Trim(p, "0123456789") != ""
	})
}
