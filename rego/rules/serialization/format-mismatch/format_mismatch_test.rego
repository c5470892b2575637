package format_mismatch_test

import data.rules.serialization["format-mismatch"] as rule

item_1 := {
	"kind": "file.type-mismatch",
	"at": {
		"path": "m.safetensors",
	},
	"data": {
		"name": "safetensors",
		"content": "zip",
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

test_fires if {
	rule.violations == {{"on": item_1, "message": "m.safetensors is named like safetensors but its content is zip."}} with input.evidence as {"file.type-mismatch": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
