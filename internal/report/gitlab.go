package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/modelgate/gate"
)

// quality is an issue of GitLab's Code Quality report:
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. A
// violation is one issue at its line; waived ones are left out.
type quality struct {
	Description string          `json:"description"`
	Check       string          `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

// GitLab writes the report that GitLab shows in merge requests. Equal findings get
// different fingerprints by their order, since GitLab drops what has the same.
func GitLab(w io.Writer, r *gate.Report, opt Options) error {
	issues := []quality{}
	seen := map[string]int{}
	for _, g := range groups(r) {
		for _, v := range g.found {
			v = anchored(v)
			path := opt.Prefix + outer(v.At.Path)
			identity := fmt.Sprintf("%s\x00%s\x00%s\x00%s", v.Rule, v.Model, path, v.Message)
			seen[identity]++
			if n := seen[identity]; n > 1 {
				identity += "\x00" + strconv.Itoa(n)
			}
			issues = append(issues, quality{
				Description: plain(g.rule.ID + ": " + v.Message), Check: plain(g.rule.ID), Fingerprint: digest(identity),
				Severity: gitlabSeverity(g), Location: qualityLocation{plain(path), qualityLines{max(1, v.At.Line)}},
			})
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(issues)
}

// gitlabSeverity is blocker or critical for what denies, by the number of the rule.
func gitlabSeverity(g group) string {
	n, err := strconv.ParseFloat(g.rule.Severity, 64)
	switch {
	case g.level != gate.Deny:
		return "minor"
	case err != nil || n < 7:
		return "major"
	case n < 9:
		return "critical"
	default:
		return "blocker"
	}
}
