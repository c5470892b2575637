package malformed_file_test

import data.rules.scan["malformed-file"] as rule

item_1 := {
	"kind": "pickle.malformed",
	"at": {
		"path": "m.pkl",
	},
	"data": {
		"reason": "no STOP",
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
	rule.violations == {{"on": item_1, "message": "m.pkl is not a valid pickle file: no STOP."}} with input.evidence as {"pickle.malformed": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
