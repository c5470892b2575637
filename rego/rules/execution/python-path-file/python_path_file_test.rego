package python_path_file_test

import data.rules.execution["python-path-file"] as rule

item_1 := {
	"kind": "python.site",
	"at": {
		"path": "models/x.pth",
		"line": 1,
	},
	"data": {
		"line": "import os; os.system('id')",
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
	rule.violations == {{"on": item_1, "message": "models/x.pth is a Python path file that runs \"import os; os.system('id')\" at every start of Python."}} with input.evidence as {"python.site": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"python.file": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
