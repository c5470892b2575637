package pickle_code_object_test

import data.rules.content["pickle-code-object"] as rule

item_1 := {
	"kind": "pickle.code",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"maker": "cloudpickle.cloudpickle._make_function",
		"offset": 1,
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
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin makes Python code from bytes when it is loaded, by cloudpickle.cloudpickle._make_function."}} with input.evidence as {"pickle.code": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
