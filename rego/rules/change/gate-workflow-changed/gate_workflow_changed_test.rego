package gate_workflow_changed_test

import data.rules.change["gate-workflow-changed"] as rule

edit(change) := {
	"kind": "workflow.change",
	"at": {"path": ".github/workflows/gate.yml"},
	"data": {"path": ".github/workflows/gate.yml", "change": change},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {
		{"on": edit("edited"), "message": ".github/workflows/gate.yml runs the gate, and the change edits it."},
		{"on": edit("removed"), "message": ".github/workflows/gate.yml runs the gate, and the change removes it."},
	} with input.evidence as {"workflow.change": [edit("edited"), edit("removed")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"workflow.change": []}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
