package executable_file_test

import data.rules.execution["executable-file"] as rule

item_1 := {
	"kind": "native.library",
	"at": {
		"path": "models/op.so",
	},
	"data": {
		"type": "elf",
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
	rule.violations == {{"on": item_1, "message": "models/op.so is machine code (elf)."}} with input.evidence as {"native.library": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"artifact.file": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
