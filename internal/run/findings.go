package run

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/link"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/usage"
)

// Findings is what a run found, before it is judged.
type Findings struct {
	Root       string // what was judged, where it is not what this run names
	References []gate.Reference
	// Followed are the models that were looked at because files of others name them, or the
	// lock, at the places of the repository that lead there.
	Followed  []gate.Reference
	Artifacts []gate.Artifact
	Evidence  []gate.Evidence
	Stats     gate.Stats
	Unjudged  []string
	// Old and Review are what an earlier report says of a change.
	Old    []gate.Violation
	Review *gate.Review
}

// Add joins further findings.
func (f *Findings) Add(o *Findings) {
	f.References = append(f.References, o.References...)
	f.Followed = append(f.Followed, o.Followed...)
	f.Artifacts = append(f.Artifacts, o.Artifacts...)
	f.Evidence = append(f.Evidence, o.Evidence...)
	f.Stats.Files += o.Stats.Files
	f.Stats.Sources += o.Stats.Sources
	f.Stats.Inspected += o.Stats.Inspected
	f.Stats.Bytes += o.Stats.Bytes
	f.Unjudged = append(f.Unjudged, o.Unjudged...)
}

// Findings joins what a scan found over the files.
func (s *Session) Findings(files fs.FS, res *scan.Result) *Findings {
	refs := join(files, res)
	return &Findings{
		References: refs,
		Artifacts:  byFolder(res.Files),
		Evidence:   slices.Concat(link.Versions(res.Evidence, res.Bindings), ReferenceFacts(refs), committed(res.Evidence), s.running()),
		Stats:      res.Stats,
		Unjudged:   Unjudged(res),
	}
}

// ParseReport takes the findings of an earlier JSON report.
func ParseReport(file string, text []byte) (*Findings, error) {
	var r gate.Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, usage.Errorf("reading the report %q: %w", file, err)
	}
	if r.Schema != gate.Schema {
		return nil, usage.Errorf("the report %q has the schema %q: this gate reads %q", file, r.Schema, gate.Schema)
	}
	old := slices.DeleteFunc(r.Violations, func(v gate.Violation) bool { return !v.Old })
	return &Findings{
		Root: r.Root, References: r.References, Artifacts: r.Artifacts, Evidence: r.Evidence, Stats: r.Stats, Unjudged: r.Unjudged,
		Old: old, Review: r.Review,
	}, nil
}

// Lockable tells whether a reference names a model of a registry that is judged.
func Lockable(r gate.Reference) bool {
	return r.Resolution != gate.Dynamic && r.Model.Source != "local" && r.Model.Key() != "" && r.Context != gate.InTest && r.Context != gate.InDoc
}

// ReferenceFacts states references as evidence.
func ReferenceFacts(refs []gate.Reference) []gate.Evidence {
	out := make([]gate.Evidence, len(refs))
	for i, r := range refs {
		out[i] = gate.Evidence{Kind: gate.KindReference, At: r.At, Data: gate.ReferenceFact{Reference: r, ID: r.Model.Key()}}
	}
	return out
}

// Unjudged says what a run did not look at, so that a pass is not taken for more.
func Unjudged(res *scan.Result) []string {
	out := []string{"how models behave: nothing was run"}
	for _, f := range res.Foreign {
		out = append(out, fmt.Sprintf("references in the installed packages under %s (their files were inspected)", f))
	}
	for _, f := range res.Skipped {
		out = append(out, fmt.Sprintf("the git data under %s", f))
	}
	return out
}

// running states that this very run enforces the policy, where a CI system started it.
func (s *Session) running() []gate.Evidence {
	if s.Getenv("CI") == "" && s.Getenv("GITHUB_ACTIONS") == "" {
		return nil
	}
	fact := gate.WorkflowGate{Running: true, Events: []string{}}
	if event := s.Getenv("GITHUB_EVENT_NAME"); event != "" {
		fact.Events = append(fact.Events, event)
	}
	return []gate.Evidence{{Kind: gate.KindWorkflowGate, At: gate.Location{Path: "."}, Data: fact}}
}

// committed states the weights that lie in the repository itself.
func committed(evidence []gate.Evidence) []gate.Evidence {
	var out []gate.Evidence
	for _, e := range evidence {
		if d, ok := e.Data.(gate.FileFact); ok && d.Role == "weights" && !d.Nested {
			out = append(out, gate.Evidence{Kind: gate.KindCommitted, At: e.At, Data: gate.CommittedFact{Format: d.Format, Size: d.Size, SHA256: d.SHA256}})
		}
	}
	return out
}

// byFolder takes the files of each folder as one artifact.
func byFolder(files []gate.File) []gate.Artifact {
	var out []gate.Artifact
	at := map[string]int{}
	for _, f := range files {
		dir := path.Dir(place.Outermost(f.Path))
		i, ok := at[dir]
		if !ok {
			i, at[dir] = len(out), len(out)
			out = append(out, gate.Artifact{Model: gate.ModelID{Source: "local", Name: dir}})
		}
		out[i].Files = append(out[i].Files, f)
	}
	return out
}
