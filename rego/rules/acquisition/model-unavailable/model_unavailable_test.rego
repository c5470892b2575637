package model_unavailable_test

import data.rules.acquisition["model-unavailable"] as rule

item_1 := {
	"kind": "hub.unavailable",
	"at": {
		"path": "app.py",
	},
	"data": {
		"reason": "gone",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "hub.unavailable",
	"at": {
		"path": "app.py",
		"line": 2,
	},
	"data": {
		"reason": "gated",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "hub.unavailable",
	"at": {
		"path": "app.py",
	},
	"data": {
		"reason": "timeout",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name cannot be had from its registry: it is gone."}, {"on": item_2, "message": "app.py cannot be had from its registry: it is gated."}} with input.evidence as {"hub.unavailable": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"hub.unavailable": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
