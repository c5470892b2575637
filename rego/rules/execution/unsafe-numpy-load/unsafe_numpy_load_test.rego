package unsafe_numpy_load_test

import data.rules.execution["unsafe-numpy-load"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "numpy.load",
		"unsafe": "numpy-pickle",
		"context": "code",
		"flag": "allow_pickle",
		"value": "True",
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
		"callee": "numpy.load",
		"unsafe": "numpy-pickle",
		"context": "code",
		"flag": "allow_pickle",
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
		"callee": "numpy.load",
		"unsafe": "numpy-pickle",
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
		"callee": "numpy.load",
		"unsafe": "other",
		"context": "code",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "numpy.load(allow_pickle=True) unpickles the objects in org/name, which can run any code."}, {"on": item_2, "message": "numpy.load unpickles the objects in what it reads, which can run any code.", "at_most": "warn"}} with input.evidence as {"code.load": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"code.load": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
