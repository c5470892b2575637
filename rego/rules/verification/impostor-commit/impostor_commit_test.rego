package impostor_commit_test

import data.rules.verification["impostor-commit"] as rule

commit(reachable) := {
	"kind": "pinning.commit",
	"at": {"path": "app.py", "line": 3},
	"data": {"sha": "11aa", "exists": true, "reachable": reachable},
	"model": "org/name",
	"source": "",
}

request := {
	"kind": "pinning.pull-request",
	"at": {"path": "app.py", "line": 3},
	"data": {"revision": "refs/pr/3"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": commit("no"), "message": "The commit 11aa of org/name is on no branch or tag of it."}} with input.evidence as {"pinning.commit": [commit("no")]}
}

test_fires_on_a_pull_request if {
	rule.violations == {{"on": request, "message": "org/name is taken from the pull request refs/pr/3, which anybody may have opened."}} with input.evidence as {"pinning.pull-request": [request]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pinning.commit": [commit("yes"), commit("unknown")]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
