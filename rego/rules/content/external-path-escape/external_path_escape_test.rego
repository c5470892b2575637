package external_path_escape_test

import data.rules.content["external-path-escape"] as rule

item_1 := {
	"kind": "onnx.external",
	"at": {
		"path": "m.onnx",
	},
	"data": {
		"location": "../../etc/passwd",
		"offset": 0,
		"length": 4,
		"problem": "parent",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "external.path",
	"at": {
		"path": "m.h5",
	},
	"data": {
		"location": "http://a.example/x",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "external.path",
	"at": {
		"path": "q.h5",
	},
	"data": {
		"offset": 1,
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "onnx.external",
	"at": {
		"path": "m.onnx",
	},
	"data": {
		"location": "weights.bin",
		"offset": 0,
		"length": 4,
		"problem": "",
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "external.path",
	"at": {
		"path": "m.h5",
	},
	"data": {
		"location": "a/..b/x.bin",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "m.onnx reads \"../../etc/passwd\", which is outside of its folder."}, {"on": item_2, "message": "m.h5 reads \"http://a.example/x\", which is outside of its folder."}, {"on": item_3, "message": "q.h5 reads \"?\", which is outside of its folder."}} with input.evidence as {"onnx.external": [item_1], "external.path": [item_2, item_3]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"onnx.external": [item_4], "external.path": [item_5]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

item_6 := {
	"kind": "hdf5.virtual",
	"at": {
		"path": "m.h5",
		"offset": 96,
	},
	"data": {
		"name": "/layer/kernel",
	},
	"model": "",
	"source": "",
}

test_warns_of_a_virtual_dataset if {
	rule.violations == {{"on": item_6, "message": "m.h5 has the virtual dataset \"/layer/kernel\", which may read other files.", "at_most": "warn"}} with input.evidence as {"hdf5.virtual": [item_6]}
}
