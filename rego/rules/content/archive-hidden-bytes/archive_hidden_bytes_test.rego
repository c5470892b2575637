package archive_hidden_bytes_test

import data.rules.content["archive-hidden-bytes"] as rule

item_1 := {
	"kind": "archive.anomaly",
	"at": {
		"path": "m.pt",
	},
	"data": {
		"name": "data.pkl",
		"problem": "prefix",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "archive.anomaly",
	"at": {
		"path": "m.pt",
	},
	"data": {
		"name": "data.pkl",
		"problem": "suffix",
		"detail": "zip",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "archive.anomaly",
	"at": {
		"path": "m.pt",
	},
	"data": {
		"name": "data.pkl",
		"problem": "crc",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "m.pt has bytes outside of its entries (prefix)."}, {"on": item_2, "message": "m.pt has bytes outside of its entries (suffix: zip)."}} with input.evidence as {"archive.anomaly": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"archive.anomaly": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
