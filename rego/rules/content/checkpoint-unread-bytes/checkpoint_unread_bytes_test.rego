package checkpoint_unread_bytes_test

import data.rules.content["checkpoint-unread-bytes"] as rule

item_1 := {
	"kind": "archive.unread",
	"at": {
		"path": "models/pytorch_model.bin!archive/data/7",
		"offset": 12,
	},
	"data": {
		"name": "archive/data/7",
		"size": 300,
		"reason": "unreferenced",
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
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin has 300 bytes in \"archive/data/7\" that no reader of the checkpoint reads."}} with input.evidence as {"archive.unread": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
