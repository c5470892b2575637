package gate

// Level is what a violation does.
type Level string

// The levels of a rule.
const (
	Ignore Level = "ignore"
	Warn   Level = "warn"
	Deny   Level = "deny"
)

// Rule is what a policy enforces. All of it is read from Rego metadata.
type Rule struct {
	ID          string   `json:"id"`
	Section     string   `json:"section"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Remediation string   `json:"remediation"`
	Level       Level    `json:"level"`
	Evidence    []Kind   `json:"evidence"`
	Precision   string   `json:"precision,omitempty"` // very-high, high, medium, low
	Severity    string   `json:"security_severity"`   // a number from 0.1 to 10.0, as code scanning reads it
	Standards   []string `json:"standards,omitempty"`
	// Absence says that the rule can be violated by what is missing, so that it must be
	// asked even if none of its evidence was stated.
	Absence bool `json:"absence,omitempty"`
}

// Violation is a rule that something breaks.
type Violation struct {
	Rule    string     `json:"rule"`
	Level   Level      `json:"level"`
	Message string     `json:"message"`
	At      Location   `json:"at"`
	Related []Location `json:"related,omitempty"`
	// Model is the id of the model that the violation is about, where there is one.
	Model  string  `json:"model,omitempty"`
	Waived *Waiver `json:"waived,omitempty"`
	// Old says that the base of a proposed change has it as well, so that it does not fail.
	Old bool `json:"old,omitempty"`
	Fix *Fix `json:"fix,omitempty"`
}

// Waiver excuses one rule for one model or path until a day.
type Waiver struct {
	Rule       string `json:"rule"`
	Model      string `json:"model,omitempty"`
	Path       string `json:"path,omitempty"` // a doublestar pattern
	Digest     string `json:"digest,omitempty"`
	Reason     string `json:"reason"`
	ApprovedBy string `json:"approved_by"`
	Expires    string `json:"expires"` // YYYY-MM-DD, the end of that day in UTC
}

// Fix is an edit that removes a violation.
type Fix struct {
	Description string `json:"description"`
	Edits       []Edit `json:"edits"`
}

// Edit replaces the bytes at a place.
type Edit struct {
	At   Location `json:"at"`
	Text string   `json:"text"`
}

// Verdict is the outcome of a run.
type Verdict string

// The verdicts.
const (
	Pass       Verdict = "pass"
	Fail       Verdict = "fail"
	Unfinished Verdict = "incomplete"
)

// Schema is the version of the JSON report.
const Schema = "gate.report/v1"

// Report is everything that a run found and decided.
type Report struct {
	Schema     string      `json:"schema"`
	Verdict    Verdict     `json:"verdict"`
	Engine     Engine      `json:"engine"`
	Policy     PolicyInfo  `json:"policy"`
	Root       string      `json:"root,omitempty"` // what was judged, as the user named it
	References []Reference `json:"references"`
	Artifacts  []Artifact  `json:"artifacts"`
	Evidence   []Evidence  `json:"evidence"`
	Rules      []Rule      `json:"rules"`
	Violations []Violation `json:"violations"`
	// Unjudged are sentences that say what this run did not look at.
	Unjudged []string `json:"unjudged"`
	Stats    Stats    `json:"stats"`
	// Review is what a proposed change does to the models; nil without a base.
	Review *Review `json:"review,omitempty"`
}

// Review is what a proposed change does to the models that a repository uses and holds.
type Review struct {
	Base   string        `json:"base"` // the commit that the change departs from
	Models []ModelChange `json:"models"`
}

// ModelChange is a model that a change adds, moves, edits or removes.
type ModelChange struct {
	Change string `json:"change"` // added, moved (to another revision), edited, removed
	Model  string `json:"model"`  // the id, or the folder of a local model
	Source string `json:"source"`
	// At is where the model is named, by the head or, where it is removed, by the base.
	At     Location    `json:"at"`
	Before *ModelState `json:"before,omitempty"`
	After  *ModelState `json:"after,omitempty"`
	// Meaning are the changes of what the model does besides its weights.
	Meaning []MeaningChange `json:"meaning,omitempty"`
}

// ModelState is what is known of a model in one state of a repository.
type ModelState struct {
	Revision  string   `json:"revision,omitempty"`
	Commit    string   `json:"commit,omitempty"`
	Publisher string   `json:"publisher,omitempty"`
	Verified  *bool    `json:"verified,omitempty"` // nil: not known
	License   string   `json:"license,omitempty"`
	Size      int64    `json:"size"`
	Formats   []string `json:"formats"`
	State     State    `json:"state,omitempty"` // the worst of the weights
	// Findings are the violations that are not waived; nil where they were not judged.
	Findings *Findings `json:"findings,omitempty"`
}

// Findings counts violations by their level.
type Findings struct {
	Denied int `json:"denied"`
	Warned int `json:"warned"`
}

// MeaningChange is a setting of a model that a change alters: its chat template, special
// tokens, how it generates, what it is made from.
type MeaningChange struct {
	File   string `json:"file"`
	Key    string `json:"key"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Engine identifies the program and the rules that judged.
type Engine struct {
	Version     string `json:"version"`
	RulesDigest string `json:"rules_digest"`
}

// PolicyInfo identifies the policy that judged.
type PolicyInfo struct {
	Path          string `json:"path,omitempty"` // empty: the built-in policy
	Version       string `json:"version,omitempty"`
	Owner         string `json:"owner,omitempty"`
	EffectiveDate string `json:"effective_date,omitempty"`
	Digest        string `json:"digest"`
	Environment   string `json:"environment"`
}

// Stats counts the work of a run.
type Stats struct {
	Files     int   `json:"files"`     // walked
	Sources   int   `json:"sources"`   // searched for references
	Inspected int   `json:"inspected"` // looked at as artifacts, entries of containers included
	Bytes     int64 `json:"bytes"`     // read
	Millis    int64 `json:"millis"`    // from start to verdict
}
