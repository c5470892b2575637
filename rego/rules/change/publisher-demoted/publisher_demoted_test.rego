package publisher_demoted_test

import data.lib.given
import data.rules.change["publisher-demoted"] as rule

owner(verified, registry) := {
	"kind": "hub.publisher",
	"at": {"path": "app.py", "line": 3},
	"data": {"name": "org", "verified": verified, "registry": registry},
	"model": "org/name",
	"source": "",
}

entry(verified) := {
	"kind": "lock.entry",
	"at": {"path": "models.lock", "line": 5},
	"data": {"owner": {"name": "org", "verified": verified}, "registry": "hf"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{
		"on": owner(false, "hf"),
		"message": "org, which publishes org/name, was a verified organization when it was locked and is none now.",
	}} with input as given.facts({"hub.publisher": [owner(false, "hf")], "lock.entry": [entry(true)]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"hub.publisher": [owner(true, "hf"), owner(false, "ollama")], "lock.entry": [entry(true)]})
	rule.violations == set() with input as given.facts({"hub.publisher": [owner(false, "hf")], "lock.entry": [entry(false)]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_leaves_another_account_to_its_rule if {
	another := object.union(owner(false, "hf"), {"data": {"id": "5f0c"}})
	rule.violations == set() with input as given.facts({"hub.publisher": [another], "lock.entry": [entry(true)]})
}
