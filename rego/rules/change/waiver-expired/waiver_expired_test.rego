package waiver_expired_test

import data.rules.change["waiver-expired"] as rule

item_1 := {
	"kind": "policy.waiver",
	"at": {
		"path": "model-repository-policy.yaml",
		"line": 40,
	},
	"data": {
		"number": 0,
		"rule": "blocked-format",
		"path": "models/**",
		"reason": "old model",
		"approved_by": "ana",
		"expires": "2026-12-01",
		"days_left": -1,
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "policy.waiver",
	"at": {
		"path": "model-repository-policy.yaml",
		"line": 40,
	},
	"data": {
		"number": 0,
		"rule": "blocked-format",
		"path": "models/**",
		"reason": "old model",
		"approved_by": "ana",
		"expires": "2026-12-01",
		"days_left": 0,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "The waiver of blocked-format for models/** expired on 2026-12-01."}} with input.evidence as {"policy.waiver": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"policy.waiver": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
