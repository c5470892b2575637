package rds_unsafe_promise_test

import data.rules.content["rds-unsafe-promise"] as rule

item_1 := {
	"kind": "rds.promise",
	"at": {
		"path": "m.rds",
	},
	"data": {
		"text": "system('true')",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "torch.storage",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"key": "0",
		"numel": 10,
		"size": 20,
		"problem": "",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "m.rds holds a promise that R runs when it reads the object: system('true')."}} with input.evidence as {"rds.promise": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
