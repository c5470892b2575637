package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

// hostileText is text that would be markup, a mention, a command or an escape sequence.
const hostileText = "<img src=x> | `a` [x](https://evil.example) @org ::error:: \x1b[31m \u202e\n# title"

func hostileReview() *gate.Report {
	verified := true
	state := &gate.ModelState{
		Revision: hostileText, Publisher: hostileText, Verified: &verified, License: hostileText, Size: 1500, Formats: []string{hostileText},
		State: gate.Unproven, Findings: &gate.Findings{Denied: 1, Warned: 2},
	}
	return &gate.Report{
		Verdict: gate.Fail,
		Review: &gate.Review{Base: "1", Models: []gate.ModelChange{{
			Change: hostileText, Model: hostileText, At: gate.Location{Path: hostileText, Line: 3}, Before: &gate.ModelState{}, After: state,
			Meaning: []gate.MeaningChange{{File: hostileText, Key: hostileText, Before: hostileText, After: hostileText}},
		}}},
		Violations: []gate.Violation{
			{Rule: "new-rule", Level: gate.Deny, Message: "new", At: gate.Location{Path: "a.py", Line: 1}},
			{Rule: "old-rule", Level: gate.Deny, Message: hostileText, At: gate.Location{Path: hostileText, Line: 1}, Old: true},
			{Rule: "waived-rule", Level: gate.Deny, Message: "w", At: gate.Location{Path: "b.py"}, Old: true, Waived: &gate.Waiver{Reason: "r"}},
		},
	}
}

func TestReviewIsInert(t *testing.T) {
	for _, format := range []string{"text", "markdown", "comment"} {
		w, err := For(format)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := w(&out, hostileReview(), Options{}); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		for _, bad := range []string{"\x1b", "\u202e", "\n# title"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s has %q:\n%s", format, bad, got)
			}
		}
		for _, bad := range []string{"<img", "](https://", "@org"} {
			if format != "text" && strings.Contains(got, bad) {
				t.Errorf("%s has %q:\n%s", format, bad, got)
			}
		}
		if !strings.Contains(got, "1 denied, 0 warnings · 1 old · 1 waived") || !strings.Contains(got, "1.5 kB") {
			t.Errorf("%s lacks its figures:\n%s", format, got)
		}
	}
}

// TestOldIsApart: annotations and the counted part of a report are about what is new; code
// scanning compares by itself and gets all.
func TestOldIsApart(t *testing.T) {
	r := hostileReview()
	for format, want := range map[string]bool{"github": false, "sarif": true, "gitlab-codequality": true, "json": true} {
		w, err := For(format)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := w(&out, r, Options{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "old-rule"); got != want {
			t.Errorf("%s has what is old: %v", format, got)
		}
	}
}

func TestCommentFits(t *testing.T) {
	r := &gate.Report{Verdict: gate.Fail, Review: &gate.Review{}}
	for i := range 3000 {
		r.Violations = append(r.Violations, gate.Violation{
			Rule: fmt.Sprint("rule-", i%7), Level: gate.Deny, Message: strings.Repeat("é|", 300), At: gate.Location{Path: fmt.Sprint("a/", i)},
		})
		r.Review.Models = append(r.Review.Models, gate.ModelChange{Change: "added", Model: fmt.Sprint("org/", i), After: &gate.ModelState{}})
	}
	var out bytes.Buffer
	if err := Comment(&out, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCount(out.Bytes()); n > 65_536 || n < 20_000 {
		t.Errorf("the comment has %d characters", n)
	}
	if !strings.HasPrefix(out.String(), marker+"\n") || !strings.Contains(out.String(), "more rows did not fit") {
		t.Error("the comment lacks its marker, or does not say that it is cut")
	}
}
