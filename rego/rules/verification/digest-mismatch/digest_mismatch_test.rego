package digest_mismatch_test

import data.rules.verification["digest-mismatch"] as rule

item_1 := {
	"kind": "checksum.file",
	"at": {
		"path": "m.safetensors",
	},
	"data": {
		"name": "m.safetensors",
		"want": "aa",
		"got": "bb",
		"state": "differs",
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
	rule.violations == {{"on": item_1, "message": "\"m.safetensors\" has the digest bb, but aa is locked."}} with input.evidence as {"checksum.file": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"checksum.file": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_fires_on_a_list if {
	item := object.union(item_1, {"model": "", "data": {"by": "SHA256SUMS"}})
	rule.violations == {{"on": item, "message": "\"m.safetensors\" has the digest bb, but aa is in SHA256SUMS."}} with input.evidence as {"checksum.file": [item]}
}
