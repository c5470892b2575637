package model_unavailable_test

import data.lib.given
import data.rules.acquisition["model-unavailable"] as rule

answer(reason, detail) := {
	"kind": "hub.unavailable",
	"at": {"path": "app.py", "line": 3},
	"data": {"id": "org/name", "reason": reason, "detail": detail},
	"model": "org/name",
	"source": "",
}

model(disabled) := {
	"kind": "hub.model",
	"at": {"path": "app.py", "line": 3},
	"data": {"disabled": disabled},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {
		{"on": answer("not_found_or_private", ""), "message": "org/name is not at its registry, or is private."},
		{"on": answer("gated", "give a token"), "message": "org/name is gated: give a token."},
		{"on": answer("revision", ""), "message": "org/name has no such revision."},
		{"on": model(true), "message": "org/name is disabled by its registry."},
	} with input as given.facts({
		"hub.unavailable": [answer("not_found_or_private", ""), answer("gated", "give a token"), answer("revision", "")],
		"hub.model": [model(true)],
	})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({
		"hub.unavailable": [answer("network", ""), answer("offline", "")],
		"hub.model": [model(false)],
	})
}

test_leaves_commits_to_their_rule if {
	reference := {"at": {"path": "app.py", "line": 3}, "data": {"model": {"revision": "1111111111111111111111111111111111111111"}}}
	rule.violations == set() with input as given.facts({"refs.reference": [reference], "hub.unavailable": [answer("revision", "")]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
