package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/rego"
)

// TestRulesServeStandards holds each rule to at least one weakness, and each id that it
// names to the tables.
func TestRulesServeStandards(t *testing.T) {
	rules, err := rego.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		weaknesses := 0
		for _, id := range r.Standards {
			if _, ok := standardName(id); !ok {
				t.Errorf("%s serves %q, which is in no table", r.ID, id)
			}
			if strings.HasPrefix(id, "cwe-") {
				weaknesses++
			}
		}
		if weaknesses == 0 {
			t.Errorf("%s names no CWE", r.ID)
		}
	}
}

// TestStandardsAreWhole holds the page to every requirement of the tables, once as served
// or once as served by none.
func TestStandardsAreWhole(t *testing.T) {
	b, err := open(os.DirFS("../../.."))
	if err != nil {
		t.Fatal(err)
	}
	page, err := b.standards()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range named {
		for number, name := range s.names {
			id := regexp.QuoteMeta(printed(s.id(number)))
			served := regexp.MustCompile(`(?m)^\| ` + id + ` \| `).MatchString(page)
			if none := strings.Contains(page, printed(s.id(number))+" ("+name+")"); served == none {
				t.Errorf("%s: served is %v, served by none is %v", printed(s.id(number)), served, none)
			}
		}
	}
}

func TestUnknownStandard(t *testing.T) {
	for _, id := range []string{"cwe-1", "atlas/AML.T9999", "owasp-llm/LLM11:2025", "iso/1", ""} {
		b := &book{rules: []gate.Rule{{ID: "r", Standards: []string{id}}}}
		if _, err := b.standards(); err == nil {
			t.Errorf("%q was taken for a requirement", id)
		}
	}
}

func TestHeading(t *testing.T) {
	if got, want := heading("OWASP Top 10 for LLM applications (2025)"), "owasp-top-10-for-llm-applications-2025"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
