package lock_changed_test

import data.lib.given
import data.rules.change["lock-changed"] as rule

entry(before, after) := {
	"kind": "lock.change",
	"at": {"path": "models.lock", "line": 5},
	"data": {"before": before, "after": after},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {
		{"on": entry("", "2"), "message": "The lock of org/name is new, at 2."},
		{"on": entry("1", ""), "message": "The lock of org/name is removed; it was at 1."},
		{"on": entry("1", "2"), "message": "The lock of org/name is at 2, and was at 1."},
	} with input as given.facts({"lock.change": [entry("", "2"), entry("1", ""), entry("1", "2")]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"lock.change": [entry("1", "1")]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
