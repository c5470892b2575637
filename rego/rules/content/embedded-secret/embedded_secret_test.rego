package embedded_secret_test

import data.rules.content["embedded-secret"] as rule

item_1 := {
	"kind": "secret.found",
	"at": {
		"path": "config.json",
	},
	"data": {
		"type": "hf-token",
		"masked": "hf_****",
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
	rule.violations == {{"on": item_1, "message": "config.json holds a secret (hf-token)."}} with input.evidence as {"secret.found": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
