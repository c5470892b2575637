package signature_invalid_test

import data.rules.verification["signature-invalid"] as rule

item_1 := {
	"kind": "signature.invalid",
	"at": {
		"path": "model.sig",
	},
	"data": {
		"reason": "digest of m.bin",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "signature.verified",
	"at": {
		"path": "model.sig",
	},
	"data": {
		"key": "internal",
		"covers": "all",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "model.sig has a signature that is not valid: digest of m.bin."}} with input.evidence as {"signature.invalid": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"signature.verified": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
