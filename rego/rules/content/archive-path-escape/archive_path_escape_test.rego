package archive_path_escape_test

import data.rules.content["archive-path-escape"] as rule

item_1 := {
	"kind": "archive.entry",
	"at": {
		"path": "m.zip",
	},
	"data": {
		"name": "../../etc/x",
		"problem": "parent",
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
	rule.violations == {{"on": item_1, "message": "m.zip has the entry \"../../etc/x\", which leaves the folder that it is unpacked into (parent)."}} with input.evidence as {"archive.entry": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
