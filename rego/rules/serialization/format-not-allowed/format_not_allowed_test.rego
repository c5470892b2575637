package format_not_allowed_test

import data.rules.serialization["format-not-allowed"] as rule

item_1 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/pytorch_model.bin",
	},
	"data": {
		"format": "torchzip",
		"role": "weights",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
	},
	"data": {
		"format": "pickle",
		"role": "weights",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": true,
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/x.bin",
	},
	"data": {
		"format": "",
		"role": "weights",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/m.safetensors",
	},
	"data": {
		"format": "safetensors",
		"role": "weights",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/config.json",
	},
	"data": {
		"format": "json",
		"role": "config",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin has the format torchzip, which the policy does not allow for weights."}, {"on": item_3, "message": "models/x.bin has the format unknown, which the policy does not allow for weights."}} with input.evidence as {"artifact.file": [item_1, item_2, item_3]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_4, item_5]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == {{"on": item_4, "message": "models/m.safetensors has the format safetensors, which the policy does not allow for weights."}} with input.evidence as {"artifact.file": [item_4]}
		with data.config.rules["format-not-allowed"].options as {"formats": ["onnx"]}
}

test_option_changed_2 if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_1]}
		with data.config.rules["format-not-allowed"].options as {"formats": ["torch"]}
}

test_silent_on_what_is_not_loaded if {
	not_loaded := object.union(item_1, {"data": {"loaded": "no"}})
	rule.violations == set() with input.evidence as {"artifact.file": [not_loaded]}
}
