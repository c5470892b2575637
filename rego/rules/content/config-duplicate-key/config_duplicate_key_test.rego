package config_duplicate_key_test

import data.rules.content["config-duplicate-key"] as rule

item_1 := {
	"kind": "config.duplicate",
	"at": {
		"path": "config.json",
	},
	"data": {
		"name": "auto_map",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "keras.duplicate",
	"at": {
		"path": "config.json",
	},
	"data": {
		"name": "class_name",
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
	rule.violations == {{"on": item_1, "message": "config.json has the key \"auto_map\" twice, of which readers take different ones."}, {"on": item_2, "message": "config.json has the key \"class_name\" twice, of which readers take different ones."}} with input.evidence as {"config.duplicate": [item_1], "keras.duplicate": [item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
