package code_file_changed_test

import data.rules.change["code-file-changed"] as rule

file(path, change) := {
	"kind": "watch.file",
	"at": {"path": "app.py", "line": 3},
	"data": {"path": path, "change": change},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {
		{"on": file("modeling_x.py", "changed"), "message": "\"modeling_x.py\" of org/name is changed since it was locked."},
		{"on": file("a/EXTRA.PY", "added"), "message": "\"a/EXTRA.PY\" of org/name is added since it was locked."},
	} with input.evidence as {"watch.file": [file("modeling_x.py", "changed"), file("a/EXTRA.PY", "added")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"watch.file": [file("old.py", "removed"), file("config.json", "changed"), file("m.bin", "added")]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
