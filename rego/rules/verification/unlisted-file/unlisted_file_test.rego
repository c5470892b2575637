package unlisted_file_test

import data.rules.verification["unlisted-file"] as rule

file(state) := {
	"kind": "checksum.file",
	"at": {"path": "models.lock", "line": 5},
	"data": {"name": "m.bin", "want": "", "got": "aa", "state": state, "by": "models.lock"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": file("extra"), "message": "\"m.bin\" of org/name is not in the lock."}} with input.evidence as {"checksum.file": [file("extra")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"checksum.file": [file("same"), file("missing"), file("differs")]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
