package watch_alert_test

import data.rules.change["watch-alert"] as rule

alert(type, more) := {
	"kind": "watch.alert",
	"at": {"path": "models.lock", "line": 4},
	"data": object.union({"type": type, "key": "hf:org/name@main", "message": "It changed."}, more),
	"model": "org/name",
	"source": "",
}

denied(item, message) := {"on": item, "message": message}

warned(item, message) := {"on": item, "message": message, "at_most": "warn"}

test_fires if {
	reused := alert("NAMESPACE_REUSED", {})
	changed := alert("OWNER_CHANGED", {})
	rule.violations == {
		denied(reused, "NAMESPACE_REUSED: It changed."),
		denied(changed, "OWNER_CHANGED: It changed."),
	} with input.evidence as {"watch.alert": [reused, changed]}
}

test_only_warns_of_the_rest if {
	added := alert("FILE_ADDED", {})
	moved := alert("MODEL_MOVED", {})
	rule.violations == {
		warned(added, "FILE_ADDED: It changed."),
		warned(moved, "MODEL_MOVED: It changed."),
	} with input.evidence as {"watch.alert": [added, moved]}
}

test_a_failure_becomes_grave if {
	once := alert("CHECK_FAILED", {"reason": "network", "runs": 2})
	often := alert("CHECK_FAILED", {"reason": "network", "runs": 3})
	rule.violations == {warned(once, "CHECK_FAILED: It changed.")} with input.evidence as {"watch.alert": [once]}
	rule.violations == {denied(often, "CHECK_FAILED: It changed.")} with input.evidence as {"watch.alert": [often]}
}

test_a_type_that_no_list_has_is_grave if {
	item := alert("SOMETHING_NEW", {})
	rule.violations == {denied(item, "SOMETHING_NEW: It changed.")} with input.evidence as {"watch.alert": [item]}
}

test_options_decide if {
	item := alert("MODEL_MOVED", {})
	options := {"critical": [], "high": ["MODEL_MOVED"], "medium": [], "low": [], "escalate_after": 3}
	settings := {"watch-alert": {"options": options, "sources": {}}}
	rule.violations == {denied(item, "MODEL_MOVED: It changed.")} with input.evidence as {"watch.alert": [item]}
		with data.config.rules as settings
}

test_tells_the_details if {
	item := alert("MODEL_MOVED", {"details": ["A", "B"]})
	rule.violations == {warned(item, "MODEL_MOVED: It changed. (A; B)")} with input.evidence as {"watch.alert": [item]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
