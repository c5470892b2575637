package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/modelgate/gate"
)

// standard is a list of weaknesses, techniques or requirements that rules serve.
type standard struct {
	prefix, title, about string
	names                map[string]string
}

// named are the standards, with the names of what is served or known not to be.
var named = []standard{
	{"cwe", "CWE", "Weaknesses of the [Common Weakness Enumeration](https://cwe.mitre.org/).", map[string]string{
		"22":   "Path traversal",
		"59":   "Link following",
		"73":   "External control of file name or path",
		"94":   "Code injection",
		"95":   "Eval injection",
		"125":  "Out-of-bounds read",
		"150":  "Improper neutralization of escape or control sequences",
		"190":  "Integer overflow or wraparound",
		"284":  "Improper access control",
		"345":  "Insufficient verification of data authenticity",
		"347":  "Improper verification of cryptographic signature",
		"353":  "Missing support for integrity check",
		"354":  "Improper validation of integrity check value",
		"400":  "Uncontrolled resource consumption",
		"409":  "Data amplification",
		"436":  "Interpretation conflict",
		"451":  "User interface misrepresents critical information",
		"494":  "Download of code without integrity check",
		"502":  "Deserialization of untrusted data",
		"506":  "Embedded malicious code",
		"511":  "Logic or time bomb",
		"611":  "XML external entity reference",
		"636":  "Not failing securely",
		"646":  "Reliance on file name or extension",
		"693":  "Protection mechanism failure",
		"770":  "Allocation of resources without limits",
		"787":  "Out-of-bounds write",
		"798":  "Hard-coded credentials",
		"829":  "Inclusion of functionality from an untrusted control sphere",
		"913":  "Improper control of dynamically managed code resources",
		"1007": "Homoglyphs that cannot be told apart",
		"1188": "Insecure default initialization",
		"1336": "Template injection",
		"1357": "Reliance on insufficiently trustworthy component",
		"1395": "Dependency on vulnerable third-party component",
		"1427": "Improper neutralization of input for LLM prompting",
	}},
	{"owasp-llm", "OWASP Top 10 for LLM applications (2025)", "", map[string]string{
		"LLM01:2025": "Prompt injection",
		"LLM02:2025": "Sensitive information disclosure",
		"LLM03:2025": "Supply chain",
		"LLM04:2025": "Data and model poisoning",
		"LLM05:2025": "Improper output handling",
		"LLM06:2025": "Excessive agency",
		"LLM07:2025": "System prompt leakage",
		"LLM08:2025": "Vector and embedding weaknesses",
		"LLM09:2025": "Misinformation",
		"LLM10:2025": "Unbounded consumption",
	}},
	{"owasp-aisvs", "OWASP AISVS 1.0", "Requirements of the AI Security Verification Standard about the supply chain of models, in short; other chapters are about running systems and out of scope. The bill of materials of 6.2.1 is written by `gate check --report mlbom=FILE`; it says where it is incomplete, and it is not signed.", map[string]string{
		"3.1.1": "Inventory of models with their origin",
		"3.1.2": "Signed artifacts, with configurations, tokenizers and adapters",
		"3.1.3": "Verified at admission and at load",
		"3.2.2": "Evaluated again after a change such as quantisation",
		"4.1.2": "Allow-list of formats that run no code",
		"6.1.1": "Scan for malicious code before import",
		"6.1.2": "Weights, data and adapters from approved sources",
		"6.1.3": "Third-party artifacts can be verified",
		"6.1.4": "Behaviour is accepted before promotion",
		"6.2.1": "Machine-readable bill of materials",
		"6.2.2": "Signed bill of materials",
		"6.2.3": "Incomplete bill of materials fails the build",
	}},
	{"atlas", "MITRE ATLAS 5.6", "Techniques (T) that rules find or hinder, and mitigations (M).", map[string]string{
		"AML.M0008":     "Validate AI Model",
		"AML.M0013":     "Code Signing",
		"AML.M0014":     "Verify AI Artifacts",
		"AML.M0023":     "AI Bill of Materials",
		"AML.T0010.001": "AI Supply Chain Compromise: AI Software",
		"AML.T0010.003": "AI Supply Chain Compromise: Model",
		"AML.T0011":     "User Execution",
		"AML.T0011.000": "User Execution: Unsafe AI Artifacts",
		"AML.T0011.001": "User Execution: Malicious Package",
		"AML.T0018":     "Manipulate AI Model",
		"AML.T0018.000": "Manipulate AI Model: Poison AI Model",
		"AML.T0018.001": "Manipulate AI Model: Modify AI Model Architecture",
		"AML.T0018.002": "Manipulate AI Model: Embed Malware",
		"AML.T0020":     "Poison Training Data",
		"AML.T0029":     "Denial of AI Service",
		"AML.T0043.004": "Craft Adversarial Data: Insert Backdoor Trigger",
		"AML.T0051.001": "LLM Prompt Injection: Indirect",
		"AML.T0051.002": "LLM Prompt Injection: Triggered",
		"AML.T0055":     "Unsecured Credentials",
		"AML.T0058":     "Publish Poisoned Models",
		"AML.T0073":     "Impersonation",
		"AML.T0074":     "Masquerading",
		"AML.T0076":     "Corrupt AI Model",
		"AML.T0107":     "Exploitation for Defense Evasion",
		"AML.T0109":     "AI Supply Chain Rug Pull",
		"AML.T0111":     "AI Supply Chain Reputation Inflation",
	}},
	{"ssdf", "NIST SSDF (SP 800-218)", "", map[string]string{
		"PS.2.1": "Make integrity verification information available",
		"PS.3.2": "Keep provenance data for the components of each release",
		"PW.4.1": "Acquire and maintain well-secured components",
		"RV.1.1": "Gather information about vulnerabilities",
	}},
}

// standards lists what is served by which rules.
func (b *book) standards() (string, error) {
	serving := map[string][]gate.Rule{}
	for _, r := range b.rules {
		for _, id := range r.Standards {
			if _, ok := standardName(id); !ok {
				return "", fmt.Errorf("%s serves %q, which is no known requirement", r.ID, id)
			}
			serving[id] = append(serving[id], r)
		}
	}
	var w strings.Builder
	fmt.Fprint(&w, `# Standards

Which rules serve which requirement, from the metadata of the rules, and which of those
listed here no rule serves. A rule that serves a requirement finds some of the cases that
it is about; none fulfils one alone. A dagger marks rules whose evidence this version does
not gather: see [the limits of this version](threat-model.md#what-is-not-defended).
`)
	covered(&w, serving)
	for _, s := range named {
		fmt.Fprintf(&w, "\n## %s\n", s.title)
		if s.about != "" {
			fmt.Fprintf(&w, "\n%s\n", s.about)
		}
		b.standard(&w, s, serving)
	}
	return w.String(), nil
}

// covered tells of each standard how much of what is listed here some rule serves.
func covered(w *strings.Builder, serving map[string][]gate.Rule) {
	fmt.Fprint(w, "\n| standard | listed here | served by a rule | served by none |\n|---|--:|--:|--:|\n")
	for _, s := range named {
		served := 0
		for number := range s.names {
			if len(serving[s.id(number)]) > 0 {
				served++
			}
		}
		fmt.Fprintf(w, "| [%s](#%s) | %d | %d | %d |\n", s.title, heading(s.title), len(s.names), served, len(s.names)-served)
	}
}

// heading is the anchor that GitHub gives a title.
func heading(title string) string {
	keep := func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}
	return strings.Map(keep, title)
}

// id is a requirement as the metadata of a rule names it.
func (s standard) id(number string) string {
	if s.prefix == "cwe" {
		return "cwe-" + number
	}
	return s.prefix + "/" + number
}

func (b *book) standard(w *strings.Builder, s standard, serving map[string][]gate.Rule) {
	fmt.Fprint(w, "\n| id | | rules |\n|---|---|---|\n")
	var missing []string
	for _, number := range numbers(s) {
		id := s.id(number)
		if len(serving[id]) == 0 {
			missing = append(missing, printed(id)+" ("+s.names[number]+")")
			continue
		}
		links := make([]string, len(serving[id]))
		for i, r := range serving[id] {
			links[i] = link(r, "rules/") + b.dagger(r)
		}
		fmt.Fprintf(w, "| %s | %s | %s |\n", printed(id), s.names[number], strings.Join(links, ", "))
	}
	if len(missing) > 0 {
		fmt.Fprintf(w, "\nNot served by any rule: %s.\n", strings.Join(missing, "; "))
	}
}

// numbers are the ids of a standard in the order of a reader.
func numbers(s standard) []string {
	var out []string
	for number := range s.names {
		out = append(out, number)
	}
	slices.SortFunc(out, func(a, b string) int {
		if s.prefix == "cwe" {
			return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
		}
		return strings.Compare(a, b)
	})
	return out
}

// standardName is what the requirement of an id such as atlas/AML.T0011 is about.
func standardName(id string) (string, bool) {
	for _, s := range named {
		for _, separator := range []string{"/", "-"} {
			if number, ok := strings.CutPrefix(id, s.prefix+separator); ok {
				if name, known := s.names[number]; known {
					return name, true
				}
			}
		}
	}
	return "", false
}

// printed is an id as its standard writes it.
func printed(id string) string {
	if strings.HasPrefix(id, "cwe-") {
		return strings.ToUpper(id)
	}
	prefix, number, _ := strings.Cut(id, "/")
	switch prefix {
	case "owasp-aisvs":
		return "AISVS " + number
	case "ssdf":
		return "SSDF " + number
	}
	return number
}
