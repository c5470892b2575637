package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

func htmlOf(t *testing.T, r *gate.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTML(t *testing.T) {
	r := asking()
	r.Violations = append(r.Violations, gate.Violation{Rule: "unpinned-revision", Level: gate.Deny, Message: "from before", At: gate.Location{Path: "c.py", Line: 1}, Old: true})
	r.Review = &gate.Review{Base: "abc", Models: []gate.ModelChange{{
		Change: "moved", Model: "acme/tiny", Before: &gate.ModelState{Revision: "v1", Size: 5}, After: &gate.ModelState{Revision: "v2", Size: 5},
		Meaning: []gate.MeaningChange{{File: "tokenizer_config.json", Key: "chat_template", After: "a\n\x1b[31mb"}},
	}}}
	got := htmlOf(t, r)
	for _, want := range []string{
		"<title>fail: gate on repo</title>", "<h1>3 findings break the policy</h1>", "<b>3</b> denied", "<b>1</b> warning<",
		"Pickle imports what runs code", "Convert it.", "CWE-494", "LLM03:2025", "m.pkl!data.pkl (byte 7)", "Also at <code>b.py:9</code>",
		`<td data-label="Reason">legacy</td>`, "<b>1</b> <a href=\"#old\">old</a>", "from before", "In the base too",
		"acme/tiny", "not pinned", commit, "verified org", ">mit<", "1\u202f234\u202f567 downloads in 30 days, made 2024-07-14", "4.2 kB · archive, safetensors",
		"by ranges: 5.7 kB in 10 requests", "not read: the Hub has no such model", "in this repository", "app.py:7:5: load",
		"the budget is spent", sum, "the registries", "p.yaml", "0123456789abcdef", "gate v1.2.3", "v1 → v2", "a\n\\u001b[31mb",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Index(got, "Pickle imports") > strings.Index(got, "Model is not pinned") {
		t.Error("warnings come before denials")
	}
}

func TestHTMLVerdicts(t *testing.T) {
	r := &gate.Report{Verdict: gate.Pass}
	for verdict, want := range map[gate.Verdict]string{gate.Pass: "Nothing that was found breaks", gate.Unfinished: "could not finish", "<b>": "could not finish"} {
		r.Verdict = verdict
		if got := htmlOf(t, r); !strings.Contains(got, want) || !strings.Contains(got, "No model was found.") {
			t.Errorf("the page of %q lacks %q", verdict, want)
		}
	}
}

// TestHTMLIsInert holds the page to the elements of its template, to links within itself,
// and to a policy that names its own style and script and nothing else.
func TestHTMLIsInert(t *testing.T) {
	r := hostileReport()
	got := htmlOf(t, r)
	elements, links, ids := walkHTML(t, got)
	plainElements, _, _ := walkHTML(t, htmlOf(t, asking()))
	for _, e := range elements {
		if !slices.Contains(plainElements, e) && !slices.Contains([]string{"pre", "b"}, e) {
			t.Errorf("<%s> is not of the template", e)
		}
	}
	for _, l := range links {
		if !strings.HasPrefix(l, "#") || !slices.Contains(ids, l[1:]) {
			t.Errorf("the link %q leads out of the page or nowhere", l)
		}
	}
	slices.Sort(ids)
	if n := len(ids); n != len(slices.Compact(ids)) {
		t.Error("an id stands for two elements")
	}
	if strings.ContainsAny(got, "\x1b\u202e\x00") {
		t.Error("a character that acts got through")
	}
	security := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(got)
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(got)
	script := regexp.MustCompile(`(?s)<script>(.*)</script>`).FindStringSubmatch(got)
	if security == nil || style == nil || script == nil {
		t.Fatal("no policy, style or script")
	}
	want := "default-src 'none'; style-src " + source(style[1]) + "; script-src " + source(script[1]) + "; base-uri 'none'; form-action 'none'"
	if have := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(security[1]); have != want {
		t.Errorf("got the policy %q, want %q", have, want)
	}
}

// hostileReport has the hostile name wherever a report has text.
func hostileReport() *gate.Report {
	at := gate.Location{Path: hostileName, Line: 1}
	id := gate.ModelID{Source: hostileName, Namespace: hostileName, Name: hostileName, Revision: hostileName}
	state := &gate.ModelState{Revision: hostileName, Publisher: hostileName, License: hostileName, Formats: []string{hostileName}}
	return &gate.Report{
		Verdict: hostileName, Root: hostileName, Engine: gate.Engine{Version: hostileName, RulesDigest: hostileName},
		Policy: gate.PolicyInfo{Path: hostileName, Version: hostileName, Owner: hostileName, EffectiveDate: hostileName, Digest: hostileName, Environment: hostileName},
		Rules:  []gate.Rule{{ID: hostileName, Title: hostileName, Description: hostileName, Remediation: hostileName, Severity: hostileName, Standards: []string{hostileName, ""}}},
		References: []gate.Reference{
			{Model: id, Loader: hostileName, At: at, Context: hostileName}, {Loader: hostileName, At: at, Resolution: gate.Dynamic},
		},
		Artifacts: []gate.Artifact{{
			Model: id, Mode: hostileName, Files: []gate.File{{Path: hostileName, Format: hostileName, SHA256: hostileName, State: hostileName, Reason: hostileName}},
			Repository: &gate.Repository{
				Name: hostileName, ID: hostileName, Commit: hostileName, License: hostileName, Tags: []string{hostileName, "dataset:" + hostileName}, BaseModels: []string{hostileName},
				Owner: &gate.Publisher{Name: hostileName, Type: hostileName}, Gated: hostileName,
			},
		}},
		Evidence: []gate.Evidence{{Kind: "license.found", At: at, Data: map[string]any{"model": id.Key(), "registry": hostileName, "id": hostileName, "spdx": hostileName}}},
		Violations: []gate.Violation{
			{Rule: hostileName, Level: gate.Deny, Message: hostileName, At: at, Model: hostileName, Related: []gate.Location{at}, Fix: &gate.Fix{Description: hostileName}},
			{Rule: hostileName, Level: gate.Deny, Message: hostileName, At: at, Model: hostileName},
			{Rule: hostileName, Level: hostileName, Message: hostileName, At: at, Old: true},
			{Rule: hostileName, Message: hostileName, At: at, Waived: &gate.Waiver{Reason: hostileName, ApprovedBy: hostileName, Expires: hostileName}},
		},
		Unjudged: []string{hostileName},
		Review:   &gate.Review{Base: hostileName, Models: []gate.ModelChange{{Change: hostileName, Model: hostileName, At: at, After: state, Meaning: []gate.MeaningChange{{File: hostileName, Key: hostileName, Before: hostileName, After: hostileName}}}}},
	}
}

// walkHTML lists the elements, links and ids of a page, and fails where it has a handler.
func walkHTML(t *testing.T, text string) (elements, links, ids []string) {
	t.Helper()
	// Style and script are no XML.
	text = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`).ReplaceAllString(text, "<$1></$1>")
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := d.Token()
		if err == io.EOF {
			return elements, links, ids
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		elements = append(elements, start.Name.Local)
		for _, a := range start.Attr {
			switch name := a.Name.Local; {
			case strings.HasPrefix(name, "on") || name == "src" || name == "style":
				t.Errorf("<%s> has %s=%q", start.Name.Local, name, a.Value)
			case name == "href":
				links = append(links, a.Value)
			case name == "id":
				ids = append(ids, a.Value)
			}
		}
	}
}

func TestHTMLIsBounded(t *testing.T) {
	r := asking()
	long := strings.Repeat("<", 2_000)
	for i := range 8_000 {
		name := fmt.Sprint(i, long)
		at := gate.Location{Path: name}
		r.Violations = append(r.Violations, gate.Violation{Rule: "unpinned-revision", Level: gate.Warn, Message: long, At: at, Model: name, Waived: map[bool]*gate.Waiver{true: {Reason: long}}[i%3 == 0], Old: i%3 == 1})
		r.References = append(r.References, gate.Reference{Model: gate.ModelID{Source: "hf", Name: name}, Loader: long, At: at, Resolution: gate.Literal})
		r.Artifacts[2].Files = append(r.Artifacts[2].Files, gate.File{Path: name, Reason: long, State: gate.Unread})
		r.Unjudged = append(r.Unjudged, long)
	}
	got := htmlOf(t, r)
	if len(got) > 32<<20 {
		t.Errorf("%d bytes", len(got))
	}
	for _, want := range []string{"more findings, which the JSON report has", "more waived findings", "more old findings", "more models", "more files", "more sentences"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestStandard(t *testing.T) {
	for id, want := range map[string]string{
		"cwe-502": "CWE-502", "owasp-llm/LLM03:2025": "LLM03:2025", "owasp-aisvs/6.1.1": "AISVS 6.1.1", "atlas/AML.T0011": "AML.T0011", "ssdf/PW.4.1": "SSDF PW.4.1", "": "",
	} {
		if got := standard(id); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1\u202f000", 1234567: "1\u202f234\u202f567", -1234: "-1\u202f234"} {
		if got := grouped(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
