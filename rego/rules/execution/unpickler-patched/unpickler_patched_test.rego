package unpickler_patched_test

import data.rules.execution["unpickler-patched"] as rule

item_1 := {
	"kind": "python.patch",
	"at": {
		"path": "modeling.py",
		"line": 2,
	},
	"data": {
		"target": "collections.OrderedDict",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "python.file",
	"at": {
		"path": "modeling.py",
	},
	"data": {
		"sha256": "aa",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "modeling.py replaces collections.OrderedDict, which checkpoints are trusted to call."}} with input.evidence as {"python.patch": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"python.file": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
