package archive_reader_conflict_test

import data.rules.content["archive-reader-conflict"] as rule

item_1 := {
	"kind": "archive.conflict",
	"at": {
		"path": "m.pt",
	},
	"data": {
		"name": "data.pkl",
		"a": "central directory",
		"b": "local header",
		"what": "name",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "archive.conflict",
	"at": {
		"path": "m.pt",
	},
	"data": {
		"name": "",
		"a": "central directory",
		"b": "local header",
		"what": "name",
	},
	"model": "",
	"source": "",
}

item_3 := {
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
	rule.violations == {{"on": item_1, "message": "m.pt shows readers different files as \"data.pkl\": central directory against local header."}, {"on": item_2, "message": "m.pt shows readers different files: central directory against local header."}} with input.evidence as {"archive.conflict": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
