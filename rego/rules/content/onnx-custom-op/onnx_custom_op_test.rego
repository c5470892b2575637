package onnx_custom_op_test

import data.rules.content["onnx-custom-op"] as rule

item_1 := {
	"kind": "onnx.operator",
	"at": {
		"path": "m.onnx",
	},
	"data": {
		"domain": "com.evil",
		"type": "Op",
	},
	"model": "",
	"source": "",
}

item_2 := {
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
	rule.violations == {{"on": item_1, "message": "m.onnx needs the operator Op of the domain \"com.evil\", which a library must bring."}} with input.evidence as {"onnx.operator": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
