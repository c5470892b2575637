package unproven_weights_test

import data.rules.scan["unproven-weights"] as rule

item_1 := {
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

item_2 := {
	"kind": "artifact.file",
	"at": {
		"path": "m.pkl",
	},
	"data": {
		"format": "pickle",
		"role": "weights",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
		"reason": "a class is not known",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/m.safetensors",
	},
	"data": {
		"format": "safetensors",
		"role": "config",
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
		"state": "verified",
		"nested": false,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/m.safetensors is unproven: not all of its bytes are accounted for."}, {"on": item_2, "message": "m.pkl is unproven: not all of its bytes are accounted for (a class is not known)."}} with input.evidence as {"artifact.file": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
