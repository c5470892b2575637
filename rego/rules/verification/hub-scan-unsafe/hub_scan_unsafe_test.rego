package hub_scan_unsafe_test

import data.rules.verification["hub-scan-unsafe"] as rule

item_1 := {
	"kind": "hub.scan",
	"at": {
		"path": "app.py",
	},
	"data": {
		"done": true,
		"files": [
			{
				"path": "a.bin",
				"level": "unsafe",
			},
			{
				"path": "b.bin",
				"level": "suspicious",
			},
		],
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "hub.scan",
	"at": {
		"path": "app.py",
	},
	"data": {
		"done": true,
		"files": [
			{
				"path": "a",
				"level": "safe",
			},
		],
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "hub.scan",
	"at": {
		"path": "app.py",
	},
	"data": {
		"done": false,
		"files": [],
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "a.bin of org/name is unsafe by the scan of its hub."}, {"on": item_1, "message": "b.bin of org/name is suspicious by the scan of its hub.", "at_most": "warn"}} with input.evidence as {"hub.scan": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"hub.scan": [item_2, item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

scan(level) := object.union(item_1, {"data": {"files": [{"path": "a.bin", "level": level}]}})

test_levels if {
	every level in ["safe", "pending", "queued", "unscanned", "error"] {
		rule.violations == set() with input.evidence as {"hub.scan": [scan(level)]}
	}
	rule.violations == {{
		"on": scan("caution"), "at_most": "warn",
		"message": "a.bin of org/name is suspicious by the scan of its hub.",
	}} with input.evidence as {"hub.scan": [scan("caution")]}
	rule.violations == {{
		"on": scan("evil"),
		"message": "a.bin of org/name is evil by the scan of its hub.",
	}} with input.evidence as {"hub.scan": [scan("evil")]}
}
