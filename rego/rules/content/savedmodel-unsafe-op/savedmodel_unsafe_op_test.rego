package savedmodel_unsafe_op_test

import data.rules.content["savedmodel-unsafe-op"] as rule

item_1 := {
	"kind": "tf.operator",
	"at": {
		"path": "saved_model.pb",
	},
	"data": {
		"type": "ReadFile",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "tf.operator",
	"at": {
		"path": "saved_model.pb",
	},
	"data": {
		"type": "MatchingFiles",
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
	rule.violations == {{"on": item_1, "message": "saved_model.pb has the operator ReadFile, which reads files of the machine."}, {"on": item_2, "message": "saved_model.pb has the operator MatchingFiles, which reaches outside of the graph.", "at_most": "warn"}} with input.evidence as {"tf.operator": [item_1, item_2]}
}

operator(kind, type) := {
	"kind": kind,
	"at": {"path": "m.bin"},
	"data": {"type": type, "domain": "d"},
	"model": "",
	"source": "",
}

test_fires_in_other_formats if {
	flex := operator("tflite.operator", "FlexWriteFile")
	python := operator("onnx.operator", "PyOp")
	rule.violations == {
		{"on": flex, "message": "m.bin has the operator FlexWriteFile, which writes files of the machine."},
		{"on": python, "message": "m.bin has the operator PyOp, which calls Python."},
	} with input.evidence as {
		"tflite.operator": [flex, operator("tflite.operator", "FlexRelu"), operator("tflite.operator", "Magic")],
		"onnx.operator": [python, operator("onnx.operator", "Magic")],
	}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
