package dangerous_file_added_test

import data.rules.change["dangerous-file-added"] as rule

file(path, change) := {
	"kind": "watch.file",
	"at": {"path": "app.py", "line": 3},
	"data": {"path": path, "change": change},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {
		{"on": file("pytorch_model.BIN", "added"), "message": "\"pytorch_model.BIN\" is a new file of org/name since it was locked, and can run code."},
		{"on": file("lib/x.so.1", "added"), "message": "\"lib/x.so.1\" is a new file of org/name since it was locked, and can run code."},
	} with input.evidence as {"watch.file": [file("pytorch_model.BIN", "added"), file("lib/x.so.1", "added")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"watch.file": [
		file("m.pkl", "changed"),
		file("m.pkl", "removed"),
		file("m.safetensors", "added"),
		file("x.py", "added"),
	]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
