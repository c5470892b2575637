package baseline

import (
	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/place"
)

const kindWorkflowChange gate.Kind = "workflow.change"

// Emits are the kinds that a comparison states, with their data.
func Emits() map[gate.Kind]any { return map[gate.Kind]any{kindWorkflowChange: workflowChange{}} }

// workflowChange is the data of workflow.change: a file that runs the gate and that the
// change edits or removes.
type workflowChange struct {
	Path   string `json:"path"`
	Change string `json:"change"` // edited, removed
}

// workflows states the edits of what runs the gate.
func (b *Baseline) workflows() []gate.Evidence {
	seen := map[string]bool{}
	var out []gate.Evidence
	for _, e := range b.Was.Evidence {
		path := place.Outermost(e.At.Path)
		guards := e.Kind == gate.KindWorkflowGate || e.Kind == gate.KindPrecommitGate
		if !guards || !b.Touched[path] || seen[path] {
			continue
		}
		seen[path] = true
		fact := workflowChange{Path: path, Change: "edited"}
		if !place.Exists(b.repo.Files, path) {
			fact.Change = "removed"
		}
		out = append(out, gate.Evidence{Kind: kindWorkflowChange, At: gate.Location{Path: e.At.Path}, Data: fact})
	}
	return out
}
