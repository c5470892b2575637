package registry_misbehaves_test

import data.lib.given
import data.rules.scan["registry-misbehaves"] as rule

server := {
	"kind": "hub.server",
	"at": {"path": "hf:org/name/m.bin"},
	"data": {"id": "org/name", "reason": "ignored a range."},
	"model": "org/name",
	"source": "",
}

contradiction := {
	"kind": "reuse.contradiction",
	"at": {"path": "app.py", "line": 3},
	"data": {"object_id": "66", "created": "2023-01-01T00:00:00Z", "time": "2025-01-01T00:00:00Z"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": server, "message": "The registry of org/name ignored a range."}} with input as given.facts({"hub.server": [server]})
}

test_contradiction_is_a_warning if {
	rule.violations == {{
		"on": contradiction, "at_most": "warn",
		"message": "The registry says that org/name was made at 2023-01-01T00:00:00Z, and by its identifier it was at 2025-01-01T00:00:00Z.",
	}} with input as given.facts({"reuse.contradiction": [contradiction]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"hub.server": []})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
