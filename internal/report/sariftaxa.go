package report

import (
	"net/url"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/modelgate/gate"
)

// The weaknesses that rules are about stand in a log twice: as tags, which code scanning
// shows, and as a taxonomy with a relationship from each rule, as the standard has it. The
// library has no relationships: these types lay them over its own, since of two fields of
// one name the outer is written.
type sarifLog struct {
	*sarif.Report
	Runs []relatedRun `json:"runs"`
}

type relatedRun struct {
	*sarif.Run
	Tool       relatedTool `json:"tool"`
	Taxonomies []taxonomy  `json:"taxonomies,omitempty"`
}

type relatedTool struct {
	Driver relatedDriver `json:"driver"`
}

type relatedDriver struct {
	*sarif.ToolComponent
	Rules               []relatedRule        `json:"rules"`
	SupportedTaxonomies []componentReference `json:"supportedTaxonomies,omitempty"`
}

type relatedRule struct {
	*sarif.ReportingDescriptor
	Relationships []relationship `json:"relationships,omitempty"`
}

type relationship struct {
	Target taxonReference `json:"target"`
	Kinds  []string       `json:"kinds"`
}

type taxonReference struct {
	ID            string             `json:"id"`
	Index         int                `json:"index"`
	ToolComponent componentReference `json:"toolComponent"`
}

type componentReference struct {
	Name  string `json:"name"`
	Index int    `json:"index"`
}

type taxonomy struct {
	Name             string    `json:"name"`
	Organization     string    `json:"organization"`
	InformationURI   string    `json:"informationUri"`
	ShortDescription sarifText `json:"shortDescription"`
	Taxa             []taxon   `json:"taxa"`
}

type taxon struct {
	ID               string    `json:"id"`
	HelpURI          string    `json:"helpUri"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

const cweHome = "https://cwe.mitre.org/"

// related is the log of a run with the weaknesses that its rules are about.
func related(log *sarif.Report, run *sarif.Run, rules []gate.Rule) sarifLog {
	cwe := taxonomy{
		Name: "CWE", Organization: "MITRE", InformationURI: cweHome,
		ShortDescription: sarifText{"The MITRE Common Weakness Enumeration"},
	}
	at := componentReference{Name: cwe.Name}
	driver := relatedDriver{ToolComponent: run.Tool.Driver, Rules: []relatedRule{}}
	index := map[string]int{}
	for i, d := range run.Tool.Driver.Rules {
		rule := relatedRule{ReportingDescriptor: d}
		for _, s := range rules[i].Standards {
			number, ok := strings.CutPrefix(strings.ToLower(s), "cwe-")
			if !ok {
				continue
			}
			id := "CWE-" + number
			if _, known := index[id]; !known {
				index[id] = len(cwe.Taxa)
				cwe.Taxa = append(cwe.Taxa, taxon{id, cweHome + "data/definitions/" + url.PathEscape(number) + ".html", sarifText{id}})
			}
			rule.Relationships = append(rule.Relationships, relationship{taxonReference{id, index[id], at}, []string{"relevant"}})
		}
		driver.Rules = append(driver.Rules, rule)
	}
	out := relatedRun{Run: run, Tool: relatedTool{driver}}
	if len(cwe.Taxa) > 0 {
		out.Taxonomies = []taxonomy{cwe}
		out.Tool.Driver.SupportedTaxonomies = []componentReference{at}
	}
	return sarifLog{log, []relatedRun{out}}
}
