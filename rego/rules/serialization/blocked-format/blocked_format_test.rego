package blocked_format_test

import data.rules.serialization["blocked-format"] as rule

item_1 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/m.pkl",
	},
	"data": {
		"format": "pickle",
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

item_3 := {
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

item_4 := {
	"kind": "artifact.file",
	"at": {
		"path": "a.zip",
	},
	"data": {
		"format": "zip",
		"role": "archive",
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
		"path": "a.zip!m.pkl",
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

item_6 := {
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

item_7 := {
	"kind": "artifact.file",
	"at": {
		"path": "other/m.safetensors",
	},
	"data": {
		"format": "safetensors",
		"role": "weights",
		"dir": "other",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "",
	"source": "",
}

item_8 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "org",
			"name": "name",
			"file": "pytorch_model.bin",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "org/name",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/m.pkl is a pickle file, a format that the policy blocks."}, {"on": item_2, "message": "models/pytorch_model.bin is a torchzip file, a format that the policy blocks."}} with input.evidence as {"artifact.file": [item_1, item_2, item_3]}
}

test_fires_on_nested if {
	rule.violations == {{"on": item_5, "message": "m.pkl in a.zip is a pickle file, a format that the policy blocks."}} with input.evidence as {"artifact.file": [item_4, item_5]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_6]}
}

test_silent_beside_sibling if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_2, item_3, item_6]}
}

test_fires_on_sibling_elsewhere if {
	rule.violations == {{"on": item_2, "message": "models/pytorch_model.bin is a torchzip file, a format that the policy blocks."}} with input.evidence as {"artifact.file": [item_2, item_7]}
}

test_fires_when_asked_for if {
	rule.violations == {{"on": item_2, "message": "models/pytorch_model.bin is a torchzip file, a format that the policy blocks."}} with input.evidence as {"artifact.file": [item_2, item_6], "refs.reference": [item_8]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == {{"on": item_2, "message": "models/pytorch_model.bin is a torchzip file, a format that the policy blocks."}} with input.evidence as {"artifact.file": [item_1, item_2, item_6]}
		with data.config.rules["blocked-format"].options as {"formats": ["torch"], "unless_sibling": {"torch": "onnx"}}
}

test_silent_on_what_is_not_loaded if {
	not_loaded := object.union(item_1, {"data": {"loaded": "no"}})
	rule.violations == set() with input.evidence as {"artifact.file": [not_loaded]}
}
