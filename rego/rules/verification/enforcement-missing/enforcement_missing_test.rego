package enforcement_missing_test

import data.rules.verification["enforcement-missing"] as rule

item_1 := {
	"kind": "precommit.gate",
	"at": {
		"path": ".pre-commit-config.yaml",
	},
	"data": {
		"pinned": true,
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "workflow.gate",
	"at": {
		"path": ".github/workflows/gate.yml",
	},
	"data": {
		"pinned": true,
		"events": [
			"pull_request",
		],
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": {"kind": "", "at": {"path": ""}, "data": {}, "model": "", "source": ""}, "message": "The gate does not run at the stage ci: required, no evidence."}} with input.evidence as {"precommit.gate": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"workflow.gate": [item_2]}
}

test_no_evidence if {
	rule.violations == {{"on": {"kind": "", "at": {"path": ""}, "data": {}, "model": "", "source": ""}, "message": "The gate does not run at the stage ci: required, no evidence."}} with input.evidence as {}
}

test_option_changed if {
	rule.violations == {{"on": {"kind": "", "at": {"path": ""}, "data": {}, "model": "", "source": ""}, "message": "The gate does not run at the stage pre-commit: required, no evidence."}} with input.evidence as {"workflow.gate": [item_2]}
		with data.config.rules["enforcement-missing"].options as {"stages": ["ci", "pre-commit"]}
}

test_silent_on_both if {
	rule.violations == set() with input.evidence as {"workflow.gate": [item_2], "precommit.gate": [item_1]}
		with data.config.rules["enforcement-missing"].options as {"stages": ["ci", "pre-commit"]}
}
