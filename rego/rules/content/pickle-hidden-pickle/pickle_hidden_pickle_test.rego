package pickle_hidden_pickle_test

import data.rules.content["pickle-hidden-pickle"] as rule

item_1 := {
	"kind": "pickle.nested",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"encoding": "base64",
		"content": "pickle",
		"size": 40,
		"offset": 5,
		"class": "dangerous",
		"imports": [
			"os.system",
		],
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "pickle.nested",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"encoding": "base64",
		"content": "pickle",
		"size": 40,
		"offset": 5,
		"class": "unknown",
	},
	"model": "",
	"source": "",
}

item_3 := {
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
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin hides a pickle in a constant (base64, with os.system)."}, {"on": item_2, "message": "models/pytorch_model.bin hides a pickle in a constant (base64, class unknown)."}} with input.evidence as {"pickle.nested": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
