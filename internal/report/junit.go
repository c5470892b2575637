package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
)

// How a report maps onto JUnit XML as CI systems read it
// (https://github.com/testmoapp/junitxml): a suite for each section of rules, a test case
// for each rule that was asked, a failure for each violation that denies. Warnings stand
// in the output of their test, since JUnit knows no warnings; waived violations too.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name     string         `xml:"name,attr"`
	Class    string         `xml:"classname,attr"`
	Failures []junitFailure `xml:"failure"`
	Output   string         `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the test report that most CI systems show.
func JUnit(w io.Writer, r *gate.Report, _ Options) error {
	all := junitSuites{Name: "gate", Time: fmt.Sprintf("%.3f", float64(r.Stats.Millis)/1000)}
	at := map[string]int{}
	for _, rule := range r.Rules {
		i, ok := at[rule.Section]
		if !ok {
			i, at[rule.Section] = len(all.Suites), len(all.Suites)
			all.Suites = append(all.Suites, junitSuite{Name: plain(rule.Section)})
		}
		c := junitTest(r, rule)
		s := &all.Suites[i]
		s.Cases = append(s.Cases, c)
		s.Tests++
		s.Failures += len(c.Failures)
		all.Tests++
		all.Failures += len(c.Failures)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitTest(r *gate.Report, rule gate.Rule) junitCase {
	c := junitCase{Name: plain(rule.ID), Class: "gate." + plain(rule.Section)}
	var output []string
	for _, v := range r.Violations {
		switch {
		case v.Rule != rule.ID:
		case v.Waived != nil:
			output = append(output, "waived: "+place(v.At)+": "+plain(v.Message))
		case v.Old:
			output = append(output, "old: "+place(v.At)+": "+plain(v.Message))
		case v.Level == gate.Deny:
			v = anchored(v)
			c.Failures = append(c.Failures, junitFailure{
				Message: plain(v.Message), Type: string(v.Level), Text: place(v.At) + ": " + plain(v.Message) + "\n" + plain(rule.Remediation),
			})
		default:
			output = append(output, "warning: "+place(v.At)+": "+plain(v.Message))
		}
	}
	c.Output = strings.Join(output, "\n")
	return c
}
