package model_changed_test

import data.rules.change["model-changed"] as rule

item := {
	"kind": "watch.moved",
	"at": {"path": "app.py", "line": 3},
	"data": {"ref": "main", "before": "11aa", "after": "22bb"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item, "message": "org/name is at 22bb on main, and the lock has 11aa."}} with input.evidence as {"watch.moved": [item]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"watch.moved": []}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
