package unapproved_suppression_test

import data.rules.change["unapproved-suppression"] as rule

comment(fields) := {
	"kind": "policy.ignore",
	"at": {"path": "app.py", "line": 3},
	"data": object.union({"rules": ["unpinned-revision"], "reason": "why", "alone": false, "line": 3}, fields),
	"model": "",
	"source": "",
}

messages(fields) := found if {
	violations := rule.violations with input.evidence as {"policy.ignore": [comment(fields)]}
		with data.config.inline as ["unpinned-revision", "digest-mismatch"]
	found := {violation.message | some violation in violations}
}

test_fires if {
	rule.violations == {{"on": comment({}), "message": "The comment does not waive unpinned-revision: the policy does not list that rule under inline."}} with input.evidence as {"policy.ignore": [comment({})]}
}

test_silent_on_good if {
	messages({}) == set()
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_no_reason if {
	messages({"reason": ""}) == {"The comment does not waive unpinned-revision: it gives no reason."}
}

test_no_line if {
	messages({"line": 0}) == {"The comment does not waive unpinned-revision: no line of the file is its own."}
}

test_proposed if {
	messages({"added": true}) == {"The comment does not waive unpinned-revision: the change adds it, or moves it to another line."}
}

test_never if {
	messages({"rules": ["digest-mismatch"]}) == {"The comment does not waive digest-mismatch: nothing may waive that rule."}
}

test_names_no_rule if {
	messages({"rules": []}) == {"The comment names no rule and waives nothing."}
}

test_each_rule if {
	messages({"rules": ["unpinned-revision", "unsafe-torch-load"]}) == {"The comment does not waive unsafe-torch-load: the policy does not list that rule under inline."}
}
