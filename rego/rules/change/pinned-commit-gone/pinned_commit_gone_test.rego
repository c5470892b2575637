package pinned_commit_gone_test

import data.lib.given
import data.rules.change["pinned-commit-gone"] as rule

commit(exists) := {
	"kind": "pinning.commit",
	"at": {"path": "app.py", "line": 3},
	"data": {"sha": "11aa", "exists": exists, "reachable": "unknown"},
	"model": "org/name",
	"source": "",
}

answer(path) := {
	"kind": "hub.unavailable",
	"at": {"path": path},
	"data": {"id": "org/name", "reason": "revision"},
	"model": "org/name",
	"source": "",
}

reference := {
	"kind": "refs.reference",
	"at": {"path": "app.py"},
	"data": {"model": {"source": "hf", "revision": "1111111111111111111111111111111111111111"}},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": commit(false), "message": "org/name has no commit 11aa any more."}} with input as given.facts({"pinning.commit": [commit(false)]})
}

test_fires_where_the_registry_says_so if {
	rule.violations == {{"on": answer("app.py"), "message": "org/name does not have the commit that the code pins."}} with input as given.facts({
		"hub.unavailable": [answer("app.py"), answer("b.py")],
		"refs.reference": [reference],
	})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"pinning.commit": [commit(true)], "hub.unavailable": [answer("b.py")], "refs.reference": [reference]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_says_it_once if {
	count(rule.violations) == 1 with input as given.facts({
		"pinning.commit": [object.union(object.remove(commit(false), ["at"]), {"at": {"path": "app.py"}})],
		"hub.unavailable": [answer("app.py")],
		"refs.reference": [reference],
	})
}
