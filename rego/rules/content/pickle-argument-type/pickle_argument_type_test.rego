package pickle_argument_type_test

import data.rules.content["pickle-argument-type"] as rule

item_1 := {
	"kind": "pickle.argument",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"callee": "collections.OrderedDict",
		"want": "no argument, or pairs",
		"got": "str",
		"text": "collections.OrderedDict('true')",
		"offset": 12,
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
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin calls collections.OrderedDict with an argument that no writer gives it: str where no argument, or pairs belongs."}} with input.evidence as {"pickle.argument": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
