package report

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// How a report maps onto a page: what is decided and what to do about the worst of it,
// then every finding by rule, then what the gate looked at and by what it judged. The
// page is one file that loads nothing: its policy names its own style and script by
// digest and forbids all else. Without the script all of it can be read; the script only
// hides rows. Untrusted text is cut, made plain and escaped by html/template.
const (
	maxHTMLFindings = 2000
	maxHTMLModels   = 500
	maxHTMLFiles    = 2000
	maxHTMLWaived   = 500
	maxHTMLNotes    = 200
	maxHTMLTop      = 3
	maxHTMLChoices  = 500 // of a filter
)

//go:embed html.tmpl
var htmlText string

//go:embed html.css
var htmlStyle string

//go:embed html.js
var htmlScript string

var htmlPage = template.Must(template.New("page").Parse(htmlText))

// HTML writes a page that a person reads, filters, prints and keeps.
func HTML(w io.Writer, r *gate.Report, _ Options) error {
	p := htmlView(r)
	p.Style, p.Script = template.CSS(htmlStyle), template.JS(htmlScript)
	p.Security = "default-src 'none'; style-src " + source(htmlStyle) + "; script-src " + source(htmlScript) + "; base-uri 'none'; form-action 'none'"
	return htmlPage.Execute(w, p)
}

// source is how a content security policy names an inline element.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

type page struct {
	Security string
	Style    template.CSS
	Script   template.JS

	Root, Verdict, Headline, Advice string
	Figures                         []figure
	Bar                             []htmlBar
	Top                             []htmlGroup
	OtherRules                      int
	Groups                          []htmlGroup
	Old                             []htmlFinding
	Waived                          []htmlWaived
	Base                            string // of a proposed change; empty where there is none
	Changes                         []htmlChange
	Models                          []htmlModel
	Unresolved                      []string
	Files                           []htmlFile
	Unjudged                        []string
	Facts                           []htmlPair
	Rules, Keys                     []string
	// Cut says of a part what is left out of it.
	Cut map[string]string
}

type figure struct {
	N                 int
	Noun, Class, Link string
}

type htmlPair struct{ Name, Value string }

type htmlGroup struct {
	ID, Rule, Level, Title, Count, Severity string
	Why, Do                                 []htmlSpan
	Standards                               []string
	Elsewhere                               []string // files of findings behind the first
	Found                                   []htmlFinding
}

// htmlSpan is a piece of the text of a rule, which marks code by backticks.
type htmlSpan struct {
	Code bool
	Text string
}

type htmlFinding struct{ ID, Rule, Place, Message, Also, Model, Fix string }

type htmlWaived struct{ Place, Rule, Message, Reason, By, Until, Model string }

func htmlView(r *gate.Report) *page {
	p := &page{Root: short(cmp.Or(r.Root, "."), 300), Cut: map[string]string{}}
	owners := owners(r)
	p.findings(r, owners)
	p.old(r, owners)
	p.waived(r, owners)
	p.verdict(r)
	p.review(r)
	p.models(r)
	p.files(r, owners)
	p.notes(r)
	p.policy(r)
	slices.Sort(p.Rules)
	slices.Sort(p.Keys)
	p.Rules, p.Keys = slices.Compact(p.Rules), slices.Compact(p.Keys)
	p.Keys = p.Keys[:min(len(p.Keys), maxHTMLChoices)]
	return p
}

// verdict is what the first screen says.
func (p *page) verdict(r *gate.Report) {
	denied, warned, waived := count(r)
	switch r.Verdict {
	case gate.Pass:
		p.Verdict, p.Headline = "pass", "Nothing that was found breaks the policy"
		p.Advice = "Go ahead."
		if warned > 0 {
			p.Advice = "Nothing blocks; the " + verb(warned, "warning is", "warnings are") + " worth a look."
		}
	case gate.Fail:
		p.Verdict, p.Headline = "fail", Plural(denied, "finding")+" "+verb(denied, "breaks", "break")+" the policy"
		p.Advice = "Do not merge or deploy this. Repair what is denied, or ask the owner of the policy for a waiver."
	default:
		p.Verdict, p.Headline = "incomplete", "The gate could not finish"
		p.Advice = "This is no pass: not everything was looked at. Repair the cause and run the gate again."
	}
	p.Figures = []figure{{denied, "denied", "deny", ""}, {warned, verb(warned, "warning", "warnings"), "warn", ""}}
	if waived > 0 {
		p.Figures = append(p.Figures, figure{waived, "waived", "", "waived"})
	}
	if n := len(old(r)); n > 0 {
		p.Figures = append(p.Figures, figure{n, "old", "", "old"})
	}
	if n := len(r.Unjudged); n > 0 {
		p.Figures = append(p.Figures, figure{n, "not looked at", "", "unjudged"})
	}
	p.Top = p.Groups
	if denied > 0 {
		p.Top = slices.DeleteFunc(slices.Clone(p.Groups), func(g htmlGroup) bool { return g.Level != string(gate.Deny) })
	}
	p.OtherRules = max(0, len(p.Top)-maxHTMLTop)
	p.Top = p.Top[:len(p.Top)-p.OtherRules]
}

// findings are the rows by rule, the worst first, at most as many as a page can bear.
func (p *page) findings(r *gate.Report, owners map[string]string) {
	ids := map[string]int{}
	left := 0
	rows := 0
	for _, g := range groups(fresh(r)) {
		shown := g.found[:min(len(g.found), maxHTMLFindings-rows)]
		left += len(g.found) - len(shown)
		rows += len(shown)
		if len(shown) == 0 {
			continue
		}
		h := htmlGroup{
			ID: "rule-" + anchor(string(g.level)+"-"+g.rule.ID), Rule: short(g.rule.ID, 100), Level: short(string(g.level), 20),
			Title: short(cmp.Or(g.rule.Title, g.rule.ID), 200), Why: spans(g.rule.Description), Do: spans(g.rule.Remediation),
			Count: Plural(len(g.found), "finding"), Severity: short(g.rule.Severity, 10), Elsewhere: elsewhere(g.found),
		}
		for _, s := range g.rule.Standards {
			h.Standards = append(h.Standards, short(standard(s), 60))
		}
		for _, v := range shown {
			h.Found = append(h.Found, finding(v, ids, owners))
		}
		p.Groups = append(p.Groups, h)
		p.Rules = append(p.Rules, h.Rule)
		for _, f := range h.Found {
			p.model(f.Model)
		}
	}
	p.cut("findings", left, "finding")
}

// old are the findings that the base of a change has as well.
func (p *page) old(r *gate.Report, owners map[string]string) {
	list := old(r)
	ids := map[string]int{}
	for _, v := range list[:min(len(list), maxHTMLWaived)] {
		f := finding(v, ids, owners)
		p.Old = append(p.Old, f)
		p.Rules = append(p.Rules, f.Rule)
		p.model(f.Model)
	}
	p.cut("old", len(list)-len(p.Old), "old finding")
}

func finding(v gate.Violation, ids map[string]int, owners map[string]string) htmlFinding {
	id := "f-" + digest(v.Rule + "\x00" + v.Model + "\x00" + place(v.At) + "\x00" + v.Message)[:12]
	if ids[id]++; ids[id] > 1 {
		id += fmt.Sprintf("-%d", ids[id])
	}
	f := htmlFinding{
		ID: id, Rule: short(v.Rule, 100), Place: short(place(v.At), 300), Message: short(v.Message, 600),
		Model: short(cmp.Or(v.Model, owners[outer(v.At.Path)]), 200),
	}
	if len(v.Related) > 0 {
		f.Also = cut(places(v.Related), 600)
	}
	if v.Fix != nil {
		f.Fix = short(v.Fix.Description, 400)
	}
	return f
}

// elsewhere are the files of a rule's findings but for that of the first, for a glance.
func elsewhere(found []gate.Violation) []string {
	var out []string
	seen := map[string]bool{outer(found[0].At.Path): true}
	for _, v := range found {
		name := outer(v.At.Path)
		if seen[name] {
			continue
		}
		if len(out) == 2 {
			return append(out, "…")
		}
		seen[name] = true
		out = append(out, short(name, 200))
	}
	return out
}

func (p *page) waived(r *gate.Report, owners map[string]string) {
	left := 0
	for _, v := range r.Violations {
		if v.Waived == nil {
			continue
		}
		if len(p.Waived) == maxHTMLWaived {
			left++
			continue
		}
		p.Waived = append(p.Waived, htmlWaived{
			Place: short(place(v.At), 300), Rule: short(v.Rule, 100), Message: short(v.Message, 600), Reason: short(v.Waived.Reason, 600),
			By: short(v.Waived.ApprovedBy, 200), Until: short(cmp.Or(v.Waived.Expires, "no end"), 20),
			Model: short(cmp.Or(v.Model, owners[outer(v.At.Path)]), 200),
		})
		p.Rules = append(p.Rules, short(v.Rule, 100))
	}
	p.cut("waived", left, "waived finding")
}

// notes are what this run did not look at.
func (p *page) notes(r *gate.Report) {
	for _, u := range r.Unjudged[:min(len(r.Unjudged), maxHTMLNotes)] {
		p.Unjudged = append(p.Unjudged, short(u, 1000))
	}
	p.cut("unjudged", len(r.Unjudged)-len(p.Unjudged), "sentence")
}

func (p *page) policy(r *gate.Report) {
	add := func(name, value string) {
		if value != "" {
			p.Facts = append(p.Facts, htmlPair{name, short(value, 400)})
		}
	}
	add("Policy", cmp.Or(r.Policy.Path, "the built-in policy"))
	add("Version", r.Policy.Version)
	add("Owner", r.Policy.Owner)
	add("In force since", r.Policy.EffectiveDate)
	add("Environment", r.Policy.Environment)
	add("Policy digest", r.Policy.Digest)
	add("Engine", "gate "+r.Engine.Version)
	add("Rules", Plural(len(r.Rules), "rule")+" asked")
	add("Rules digest", r.Engine.RulesDigest)
	add("Work", fmt.Sprintf("%s walked, %d searched for models, %d inspected, %s read in %d ms",
		Plural(r.Stats.Files, "file"), r.Stats.Sources, r.Stats.Inspected, size(r.Stats.Bytes), r.Stats.Millis))
}

// cut says what did not fit.
func (p *page) cut(part string, n int, noun string) {
	if n > 0 {
		p.Cut[part] = "and " + Plural(n, "more "+noun) + ", which the JSON report has"
	}
}

// standard is the id of a requirement as its reader knows it.
func standard(id string) string {
	prefix, number, ok := strings.Cut(id, "/")
	switch {
	case !ok:
		return strings.ToUpper(id)
	case prefix == "owasp-aisvs", prefix == "ssdf":
		return strings.ToUpper(strings.TrimPrefix(prefix, "owasp-")) + " " + number
	default:
		return number
	}
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func spans(s string) []htmlSpan {
	var out []htmlSpan
	for i, part := range strings.Split(short(s, 2000), "`") {
		if part != "" {
			out = append(out, htmlSpan{i%2 == 1, part})
		}
	}
	return out
}

// short is untrusted text of at most n bytes without what acts.
func short(s string, n int) string { return plain(cut(s, n)) }

// lines is untrusted text of several lines.
func lines(s string) string {
	out := strings.Split(cut(s, 2000), "\n")
	for i := range out {
		out[i] = plain(out[i])
	}
	return strings.Join(out, "\n")
}

// anchor is the id of an element: letters, digits and hyphens.
func anchor(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, cut(strings.ToLower(s), 100))
}
