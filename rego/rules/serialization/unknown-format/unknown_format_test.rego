package unknown_format_test

import data.rules.serialization["unknown-format"] as rule

item_1 := {
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

item_2 := {
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

item_3 := {
	"kind": "artifact.file",
	"at": {
		"path": "x",
	},
	"data": {
		"format": "",
		"role": "other",
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
		"path": "models/Flax.MSGPACK",
	},
	"data": {
		"format": "unknown",
		"role": "other",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "",
	"source": "",
}

test_fires_by_the_name if {
	rule.violations == {{"on": item_4, "message": "models/Flax.MSGPACK is a file of weights in a format that the gate does not know."}} with input.evidence as {"artifact.file": [item_4]}
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/x.bin is a file of weights in a format that the gate does not know."}} with input.evidence as {"artifact.file": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_2, item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
