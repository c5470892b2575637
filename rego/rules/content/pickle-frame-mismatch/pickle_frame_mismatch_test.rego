package pickle_frame_mismatch_test

import data.rules.content["pickle-frame-mismatch"] as rule

item_1 := {
	"kind": "pickle.frame",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"problem": "crossing",
		"length": 9,
		"offset": 3,
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "pickle.import",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"module": "os",
		"name": "system",
		"mapped": false,
		"count": 1,
		"offset": 12,
		"class": "safe",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin has a pickle frame that unpicklers read differently (crossing)."}} with input.evidence as {"pickle.frame": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
