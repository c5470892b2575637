package archive_odd_header_test

import data.rules.content["archive-odd-header"] as rule

item_1 := {
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

item_2 := {
	"kind": "archive.anomaly",
	"at": {
		"path": "m.pt",
	},
	"data": {
		"name": "data.pkl",
		"problem": "gap",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "m.pt has an entry \"data.pkl\" that readers take differently (crc)."}} with input.evidence as {"archive.anomaly": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"archive.anomaly": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
