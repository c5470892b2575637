package unreviewed_code_test

import data.rules.execution["unreviewed-code"] as rule

item_1 := {
	"kind": "python.file",
	"at": {
		"path": "modeling.py",
	},
	"data": {
		"sha256": "aa",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "native.library",
	"at": {
		"path": "models/op.so",
	},
	"data": {
		"type": "elf",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "review.approval",
	"at": {
		"path": "policy.yaml",
	},
	"data": {
		"kind": "code",
		"sha256": "aa",
		"approved_by": "ana",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "review.approval",
	"at": {
		"path": "policy.yaml",
	},
	"data": {
		"kind": "code",
		"sha256": "aa",
		"approved_by": "ana",
		"days_left": -2,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "modeling.py is code that comes with a model, and no review of its digest is in force."}, {"on": item_2, "message": "models/op.so is code that comes with a model, and no review of its digest is in force."}} with input.evidence as {"python.file": [item_1], "native.library": [item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"python.file": [item_1], "review.approval": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_fires_on_lapsed_review if {
	rule.violations == {{"on": item_1, "message": "modeling.py is code that comes with a model, and no review of its digest is in force."}} with input.evidence as {"python.file": [item_1], "review.approval": [item_4]}
}
