package joblib_external_file_test

import data.rules.content["joblib-external-file"] as rule

item_1 := {
	"kind": "joblib.external",
	"at": {
		"path": "m.joblib",
		"offset": 12,
	},
	"data": {
		"filename": "m.joblib_01.npy",
		"offset": 4,
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
	rule.violations == {{"on": item_1, "message": "m.joblib loads \"m.joblib_01.npy\" beside it, with pickles allowed."}} with input.evidence as {"joblib.external": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
