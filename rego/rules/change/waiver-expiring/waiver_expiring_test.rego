package waiver_expiring_test

import data.rules.change["waiver-expiring"] as rule

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
		"days_left": 9,
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
		"days_left": 15,
	},
	"model": "",
	"source": "",
}

item_3 := {
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

test_fires if {
	rule.violations == {{"on": item_1, "message": "The waiver of blocked-format expires in 9 days, on 2026-12-01."}} with input.evidence as {"policy.waiver": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"policy.waiver": [item_2, item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == set() with input.evidence as {"policy.waiver": [item_1]}
		with data.config.rules["waiver-expiring"].options as {"days": 3}
}
