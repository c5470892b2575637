package config_target_unsafe_test

import data.rules.content["config-target-unsafe"] as rule

item_1 := {
	"kind": "hydra.target",
	"at": {
		"path": "model_config.yaml",
		"line": 2,
	},
	"data": {
		"name": "os.system",
		"class": "dangerous",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "hydra.target",
	"at": {
		"path": "model_config.yaml",
		"line": 2,
	},
	"data": {
		"name": "my.Net",
		"class": "unknown",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "hydra.target",
	"at": {
		"path": "model_config.yaml",
		"line": 2,
	},
	"data": {
		"name": "torch.nn.Linear",
		"class": "safe",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "model_config.yaml names os.system, which is called when the model is loaded."}, {"on": item_2, "message": "model_config.yaml names my.Net, which is called when the model is loaded.", "at_most": "warn"}} with input.evidence as {"hydra.target": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"hydra.target": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
