package missing_file_test

import data.rules.verification["missing-file"] as rule

file(state) := {
	"kind": "checksum.file",
	"at": {"path": "models.lock", "line": 5},
	"data": {"name": "m.bin", "want": "aa", "got": "", "state": state, "by": "models.lock"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": file("missing"), "message": "\"m.bin\" is named by models.lock and is not there."}} with input.evidence as {"checksum.file": [file("missing")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"checksum.file": [file("same"), file("extra"), file("differs")]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
