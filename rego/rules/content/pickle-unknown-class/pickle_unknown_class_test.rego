package pickle_unknown_class_test

import data.rules.content["pickle-unknown-class"] as rule

item_1 := {
	"kind": "pickle.import",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"module": "my",
		"name": "Model",
		"mapped": false,
		"count": 1,
		"offset": 12,
		"class": "unknown",
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
		"class": "dangerous",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin imports my.Model when it is loaded, a class or function that is not known."}} with input.evidence as {"pickle.import": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_2, item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_1]}
		with data.config.rules["pickle-unknown-class"].options as {"allow": ["my.Model"]}
}
