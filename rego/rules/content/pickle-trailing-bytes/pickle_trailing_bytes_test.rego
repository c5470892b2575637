package pickle_trailing_bytes_test

import data.rules.content["pickle-trailing-bytes"] as rule

item_1 := {
	"kind": "pickle.trailing",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"where": "behind",
		"content": "pickle",
		"size": 30,
		"offset": 90,
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "pickle.import",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"module": "os",
		"name": "system",
		"mapped": false,
		"count": 1,
		"offset": 12,
		"class": "safe",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin has 30 bytes (pickle) behind its pickles, which no pickle accounts for."}} with input.evidence as {"pickle.trailing": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

item_3 := {
	"kind": "joblib.trailing",
	"at": {
		"path": "models/m.joblib",
		"offset": 90,
	},
	"data": {
		"size": 30,
		"offset": 90,
	},
	"model": "",
	"source": "",
}

test_fires_behind_a_compressed_pickle if {
	rule.violations == {{"on": item_3, "message": "models/m.joblib has 30 bytes behind its compressed pickle, which joblib does not read."}} with input.evidence as {"joblib.trailing": [item_3]}
}
