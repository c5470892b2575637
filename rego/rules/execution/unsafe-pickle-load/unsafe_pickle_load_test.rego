package unsafe_pickle_load_test

import data.rules.execution["unsafe-pickle-load"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "joblib.load",
		"unsafe": "pickle",
		"context": "code",
		"model": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "joblib.load",
		"unsafe": "pickle",
		"context": "code",
		"flag": "x",
		"value": "?",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "joblib.load",
		"unsafe": "pickle",
		"context": "doc",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "joblib.load",
		"unsafe": "other",
		"context": "code",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "joblib.load unpickles org/name, which can run any code."}, {"on": item_2, "message": "joblib.load unpickles what it reads, which can run any code.", "at_most": "warn"}} with input.evidence as {"code.load": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"code.load": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
