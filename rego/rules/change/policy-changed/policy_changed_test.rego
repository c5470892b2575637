package policy_changed_test

import data.rules.change["policy-changed"] as rule

item_1 := {
	"kind": "policy.change",
	"at": {
		"path": "model-repository-policy.yaml",
		"line": 5,
	},
	"data": {
		"path": "rules.blocked-format.level",
		"before": "deny",
		"after": "warn",
		"direction": "looser",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "policy.change",
	"at": {
		"path": "model-repository-policy.yaml",
		"line": 5,
	},
	"data": {
		"path": "rules.blocked-format.level",
		"before": "",
		"after": "warn",
		"direction": "looser",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "policy.change",
	"at": {
		"path": "model-repository-policy.yaml",
		"line": 5,
	},
	"data": {
		"path": "rules.blocked-format.level",
		"before": "deny",
		"after": "warn",
		"direction": "tighter",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "rules.blocked-format.level is loosened from deny to warn."}, {"on": item_2, "message": "rules.blocked-format.level is loosened from nothing to warn."}} with input.evidence as {"policy.change": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"policy.change": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
