package remote_code_declared_test

import data.rules.content["remote-code-declared"] as rule

item_1 := {
	"kind": "config.remote-code",
	"at": {
		"path": "config.json",
		"line": 4,
	},
	"data": {
		"class": "modeling.Evil",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "config.remote-code",
	"at": {
		"path": "config.json",
		"line": 4,
	},
	"data": {
		"class": "modeling.Evil",
		"repository": "evil/repo",
		"field": "auto_map",
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
	rule.violations == {{"on": item_1, "message": "config.json names the code \"modeling.Evil\", which loaders may run."}, {"on": item_2, "message": "config.json names the code \"modeling.Evil\" of the other repository \"evil/repo\" under \"auto_map\", which loaders may run."}} with input.evidence as {"config.remote-code": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
