package keras_module_reference_test

import data.rules.content["keras-module-reference"] as rule

item_1 := {
	"kind": "keras.object",
	"at": {
		"path": "m.keras!config.json",
	},
	"data": {
		"module": "os",
		"registered": "",
		"problem": "foreign-module",
		"class": "system",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "keras.object",
	"at": {
		"path": "m.keras!config.json",
	},
	"data": {
		"module": "os",
		"registered": "",
		"problem": "custom",
		"class": "system",
	},
	"model": "",
	"source": "",
}

item_3 := {
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
	rule.violations == {{"on": item_1, "message": "config.json in m.keras names os.system, which Keras looks up when it loads the model."}, {"on": item_2, "message": "config.json in m.keras names os.system, which Keras looks up when it loads the model.", "at_most": "warn"}} with input.evidence as {"keras.object": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
