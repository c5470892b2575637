package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
)

// hostileName is what an attacker calls a file: workflow commands, terminal escapes,
// markup, a reversed line.
const hostileName = "a::error::x##[warning]\x1b[31m\u202e|<img src=x>`@everyone`[l](http://evil)\n::set-output name=verdict::pass"

func sample() *gate.Report {
	return &gate.Report{
		Schema: gate.Schema, Verdict: gate.Fail, Engine: gate.Engine{Version: "v1.2.3"}, Root: "repo",
		Policy: gate.PolicyInfo{Path: "p.yaml", Digest: "0123456789abcdef", Environment: "production"},
		Rules: []gate.Rule{
			{ID: "unpinned-revision", Title: "Model is not pinned", Description: "It can change.", Remediation: "Pin it.", Level: gate.Warn, Severity: "6.0", Precision: "high", Standards: []string{"CWE-494", "owasp-llm/LLM03:2025"}},
			{ID: "pickle-unsafe-import", Title: "Pickle imports what runs code", Description: "Loading runs it.", Remediation: "Convert it.", Level: gate.Deny, Severity: "9.8"},
		},
		References: []gate.Reference{{Model: gate.ModelID{Source: "hf", Namespace: "org", Name: "m"}, Loader: "from_pretrained", At: gate.Location{Path: "app.py", Line: 2, Column: 5}}},
		Artifacts:  []gate.Artifact{{Files: []gate.File{{Path: "m.pkl", State: gate.Unproven}, {Path: "x", State: gate.Unread}}}},
		Violations: []gate.Violation{
			{Rule: "unpinned-revision", Level: gate.Warn, Message: "org/m is not pinned", At: gate.Location{Path: "app.py", Line: 2, Column: 5, EndLine: 2, EndColumn: 12}, Related: []gate.Location{{Path: "b.py", Line: 9}}},
			{Rule: "pickle-unsafe-import", Level: gate.Deny, Message: "m.pkl imports os.system", At: gate.Location{Path: "m.pkl!data.pkl", Offset: 7}},
			{Rule: "pickle-unsafe-import", Level: gate.Deny, Message: "m.pkl imports os.popen", At: gate.Location{Path: "m.pkl!data.pkl", Offset: 9}},
			{Rule: "pickle-unsafe-import", Level: gate.Deny, Message: hostileName, At: gate.Location{Path: hostileName, Line: 1}},
			{Rule: "pickle-unsafe-import", Level: gate.Deny, Message: "old", At: gate.Location{Path: "old.pkl"}, Waived: &gate.Waiver{Reason: "legacy", ApprovedBy: "sec", Expires: "2027-01-01"}},
		},
		Unjudged: []string{"the registries"},
		Stats:    gate.Stats{Inspected: 2, Sources: 1, Millis: 5},
	}
}

func render(t *testing.T, format string, opt Options) string {
	t.Helper()
	w, err := For(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w(&b, sample(), opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	got := render(t, "text", Options{})
	for _, want := range []string{
		"FAIL  repo  3 denied, 1 warning · 1 waived · 1 model reference · 2 files inspected (0 verified, 1 unproven, 1 unread) · 5 ms",
		"DENY  pickle-unsafe-import  Pickle imports what runs code\n  m.pkl!data.pkl (byte 7)\n      m.pkl imports os.system\n",
		"do: Convert it.", "WARN  unpinned-revision", "app.py:2:5", "also at b.py:9",
		"old.pkl pickle-unsafe-import until 2027-01-01: legacy (approved by sec)", "not looked at: the registries",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("text lacks %q:\n%s", want, got)
		}
	}
	if strings.Index(got, "DENY") > strings.Index(got, "WARN") {
		t.Error("warnings come before denials")
	}
	if strings.ContainsAny(got, "\x1b\u202e") || strings.Contains(got, "\n::") {
		t.Errorf("untrusted text acts:\n%q", got)
	}
	if colored := render(t, "text", Options{Color: true}); !strings.Contains(colored, "\x1b[1;31mFAIL\x1b[0m") {
		t.Errorf("no colour in %q", colored[:60])
	}
}

func TestJSONIsReadBack(t *testing.T) {
	var r gate.Report
	if err := json.Unmarshal([]byte(render(t, "json", Options{})), &r); err != nil {
		t.Fatal(err)
	}
	if r.Schema != gate.Schema || len(r.Violations) != 5 || r.Violations[1].At.Offset != 7 || r.Violations[4].Waived.Reason != "legacy" {
		t.Errorf("read back %+v", r)
	}
}

func TestGitHubAnnotations(t *testing.T) {
	got := render(t, "github", Options{})
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines for 4 violations:\n%s", len(lines), got)
	}
	for _, l := range lines {
		if !regexp.MustCompile(`^::(error|warning) file=[^:,]+(,line=\d+)?(,col=\d+)?,title=[^:]+::`).MatchString(l) {
			t.Errorf("no workflow command: %q", l)
		}
	}
	if want := "::warning file=app.py,line=2,col=5,title=unpinned-revision%3A Model is not pinned::org/m is not pinned%0APin it."; lines[3] != want {
		t.Errorf("got %q, want %q", lines[3], want)
	}
	if render(t, "github", Options{Annotated: true}) != "" {
		t.Error("annotations beside alerts")
	}
}

func TestMarkdownIsInert(t *testing.T) {
	got := render(t, "markdown", Options{})
	for _, want := range []string{"## ❌ gate: fail", "`pickle-unsafe-import`", "Convert it.", "| old.pkl |", "org/m", "Not looked at: the registries"} {
		if !strings.Contains(got, want) {
			t.Errorf("markdown lacks %q:\n%s", want, got)
		}
	}
	for _, bad := range []string{"<img", "@everyone", "http://", "\x1b", "\u202e"} {
		if strings.Contains(got, bad) {
			t.Errorf("markdown has %q", bad)
		}
	}
	if regexp.MustCompile(`(^|[^\\])\]\(`).MatchString(got) {
		t.Error("markdown has a link")
	}
	for _, row := range strings.Split(got, "\n") {
		if strings.HasPrefix(row, "|") && strings.Count(strings.ReplaceAll(row, "\\|", ""), "|") > 6 {
			t.Errorf("a row was broken open: %q", row)
		}
	}
}

func TestMarkdownStaysUnderTheLimit(t *testing.T) {
	r := sample()
	for i := range 40_000 {
		r.Violations = append(r.Violations, gate.Violation{Rule: "unpinned-revision", Level: gate.Warn, Message: strings.Repeat("x", 200), At: gate.Location{Path: fmt.Sprint("f", i)}})
	}
	var b bytes.Buffer
	if err := Markdown(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 1<<20 || !strings.Contains(b.String(), "more rows did not fit") {
		t.Errorf("%d bytes", b.Len())
	}
}

func TestSARIF(t *testing.T) {
	files := fstest.MapFS{"app.py": {Data: []byte("import x\nload('org/m')\n")}, "m.pkl": {Data: []byte("\x80\x04.")}}
	log := decode(t, render(t, "sarif", Options{Files: files}))
	checkIngestion(t, log)
	results := log["runs"].([]any)[0].(map[string]any)["results"].([]any)
	if len(results) != 3 {
		t.Fatalf("%d results; two findings in one file are one, a waived one is none", len(results))
	}
	first := results[0].(map[string]any)
	if m := first["message"].(map[string]any)["text"]; m != "m.pkl imports os.system (and 1 more here)" {
		t.Errorf("message %q", m)
	}
	last := results[2].(map[string]any)
	prints := last["partialFingerprints"].(map[string]any)
	if want := lineHashes(files["app.py"].Data)[1]; prints["primaryLocationLineHash"] != want {
		t.Errorf("fingerprint %v, want %v", prints, want)
	}
}

func TestSARIFWithoutFindingsClosesAlerts(t *testing.T) {
	r := sample()
	r.Violations = nil
	var b bytes.Buffer
	if err := SARIF(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	log := decode(t, b.String())
	checkIngestion(t, log)
	run := log["runs"].([]any)[0].(map[string]any)
	if results := run["results"].([]any); len(results) != 0 {
		t.Errorf("results %v", results)
	}
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var log map[string]any
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	return log
}

// checkIngestion holds a log to what code scanning demands and general validators do
// not: see the GitHub documentation "SARIF support for code scanning".
func checkIngestion(t *testing.T, log map[string]any) {
	t.Helper()
	noNulls(t, "", log)
	run := log["runs"].([]any)[0].(map[string]any)
	driver := run["tool"].(map[string]any)["driver"].(map[string]any)
	rules := driver["rules"].([]any)
	for _, x := range rules {
		rule := x.(map[string]any)
		for _, field := range []string{"shortDescription", "fullDescription", "help"} {
			if rule[field].(map[string]any)["text"] == "" {
				t.Errorf("rule %v has no %s", rule["id"], field)
			}
		}
		p := rule["properties"].(map[string]any)
		if s, err := strconv.ParseFloat(p["security-severity"].(string), 64); err != nil || s <= 0 || s > 10 {
			t.Errorf("security-severity %v", p["security-severity"])
		}
		if n := len(p["tags"].([]any)); n > 10 {
			t.Errorf("%d tags", n)
		}
	}
	if id := run["automationDetails"].(map[string]any)["id"].(string); !strings.Contains(id, "/") {
		t.Errorf("category id %q has no slash", id)
	}
	for _, x := range run["results"].([]any) {
		result := x.(map[string]any)
		rule := rules[int(result["ruleIndex"].(float64))].(map[string]any)
		if rule["id"] != result["ruleId"] {
			t.Errorf("ruleIndex names %v, ruleId is %v", rule["id"], result["ruleId"])
		}
		physical := result["locations"].([]any)[0].(map[string]any)["physicalLocation"].(map[string]any)
		if u := physical["artifactLocation"].(map[string]any)["uri"].(string); strings.ContainsAny(u, ": \n") || strings.HasPrefix(u, "/") {
			t.Errorf("URI %q is not a plain relative one", u)
		}
		region := physical["region"].(map[string]any)
		for _, f := range []string{"startLine", "startColumn", "endLine", "endColumn"} {
			if n, ok := region[f].(float64); !ok || n < 1 {
				t.Errorf("region %v lacks %s", region, f)
			}
		}
		if region["startLine"] != region["endLine"] {
			t.Errorf("region %v spans lines: a pull request would hide it", region)
		}
		if len(result["partialFingerprints"].(map[string]any)) == 0 {
			t.Error("no fingerprint")
		}
	}
}

func noNulls(t *testing.T, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s is null", at)
	case map[string]any:
		for k, x := range v {
			noNulls(t, at+"."+k, x)
		}
	case []any:
		for i, x := range v {
			noNulls(t, fmt.Sprint(at, "[", i, "]"), x)
		}
	}
}

func TestLineHashes(t *testing.T) {
	// The known value of an empty text is that of the end mark alone.
	if got := lineHashes(nil); len(got) != 1 || got[0] != "c129715d7a2bc9a3:1" {
		t.Errorf("empty text: %v", got)
	}
	if got := lineHashes([]byte("a\nb\n\t\tc\n d")); fmt.Sprint(got) != "[271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1]" {
		t.Errorf("four lines: %v", got)
	}
	a, b := lineHashes([]byte("x = 1\ny = 2\n")), lineHashes([]byte("x  =\t1\r\ny = 2\r\n"))
	if len(a) != 3 || a[0] != b[0] || a[1] != b[1] {
		t.Errorf("blanks and line ends change hashes: %v %v", a, b)
	}
	same := lineHashes([]byte(strings.Repeat("pass\n", 300)))
	if !strings.HasSuffix(same[0], ":1") || !strings.HasSuffix(same[1], ":2") {
		t.Errorf("equal lines are not counted: %v", same[:3])
	}
}

func TestUnknownFormat(t *testing.T) {
	if _, err := For("xml"); err == nil || !strings.Contains(err.Error(), "sarif") {
		t.Errorf("error %v does not say what there is", err)
	}
}

// TestWaivedWithoutAnEnd holds what is said of a waiver that does not expire.
func TestWaivedWithoutAnEnd(t *testing.T) {
	r := sample()
	r.Violations[4].Waived = &gate.Waiver{Reason: "ours", ApprovedBy: "in-line comment"}
	for name, want := range map[string]string{
		"text":     "old.pkl pickle-unsafe-import: ours (approved by in-line comment)",
		"markdown": "| pickle-unsafe-import | no end | ours | in-line comment |",
	} {
		w, err := For(name)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := w(&b, r, Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.ReplaceAll(b.String(), "\\", ""), want) {
			t.Errorf("%s does not say %q:\n%s", name, want, b.String())
		}
	}
}
