package unlisted_file_test

import data.rules.verification["unlisted-file"] as rule

item_1 := {
	"kind": "checksum.file",
	"at": {
		"path": "m.safetensors",
	},
	"data": {
		"name": "m.safetensors",
		"want": "aa",
		"got": "bb",
		"state": "extra",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "checksum.file",
	"at": {
		"path": "m.safetensors",
	},
	"data": {
		"name": "m.safetensors",
		"want": "aa",
		"got": "bb",
		"state": "same",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "\"m.safetensors\" is there but not in the lock."}} with input.evidence as {"checksum.file": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"checksum.file": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
