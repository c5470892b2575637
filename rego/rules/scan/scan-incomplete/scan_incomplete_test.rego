package scan_incomplete_test

import data.lib.given
import data.rules.scan["scan-incomplete"] as rule

item_1 := {
	"kind": "scan.incomplete",
	"at": {
		"path": "m.zip!a.pkl",
	},
	"data": {
		"reason": "the archive is encrypted",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "scan.incomplete",
	"at": {
		"path": "m.zip!a.pkl",
	},
	"data": {
		"reason": "nested too deeply",
		"budget": "depth",
		"limit": 8,
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "hub.unavailable",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "org/name",
		"reason": "timeout",
		"detail": "try again.",
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "scan.symlink",
	"at": {
		"path": "models/x",
	},
	"data": {
		"target": "/m.pt",
		"outside": true,
		"weights": true,
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "hub.unavailable",
	"at": {
		"path": "app.py",
	},
	"data": {
		"reason": "timeout",
	},
	"model": "",
	"source": "",
}

item_6 := {
	"kind": "hub.unavailable",
	"at": {
		"path": "app.py",
	},
	"data": {
		"reason": "not_found_or_private",
	},
	"model": "",
	"source": "",
}

item_7 := {
	"kind": "scan.symlink",
	"at": {
		"path": "b.pt",
	},
	"data": {
		"target": "a.pt",
		"outside": false,
		"weights": true,
	},
	"model": "",
	"source": "",
}

item_8 := {
	"kind": "scan.symlink",
	"at": {
		"path": "etc",
	},
	"data": {
		"target": "/etc",
		"outside": true,
		"weights": false,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "a.pkl in m.zip was not read to its end: the archive is encrypted."}, {"on": item_2, "message": "a.pkl in m.zip was not read to its end: nested too deeply (the limit of depth is 8)."}, {"on": item_3, "message": "The registry gave no full answer about org/name (timeout): try again."}, {"on": item_4, "message": "models/x is a link to \"/m.pt\", which is no file of the repository and was not followed."}, {"on": item_5, "message": "The registry gave no full answer about app.py (timeout)."}} with input as given.facts({"scan.incomplete": [item_1, item_2], "hub.unavailable": [item_3, item_5], "scan.symlink": [item_4]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"hub.unavailable": [item_6, item_9, item_10], "scan.symlink": [item_7]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_any_link_that_leaves_is_told if {
	rule.violations == {{
		"on": item_8, "at_most": "warn",
		"message": "etc is a link to \"/etc\", which is no file of the repository and was not followed.",
	}} with input as given.facts({"scan.symlink": [item_8]})
}

item_9 := object.union(item_6, {"data": {"reason": "offline"}})

item_10 := object.union(item_6, {"data": {"reason": "unsupported"}})

file(path, source) := {
	"kind": "artifact.file",
	"at": {"path": path},
	"data": {"format": "safetensors", "role": "weights", "state": "verified", "model": "org/name", "mode": "range"},
	"model": "org/name",
	"source": source,
}

by_ranges := [file("hf:org/name@main/config.json", "Hub"), file("hf:org/name@main/m.safetensors", "Hub")]

test_low_trust_is_read_in_full if {
	rule.violations == {{
		"on": by_ranges[0],
		"message": "org/name was read by ranges, and the policy gives its source low trust: `gate fetch` reads all of it.",
	}} with input as given.facts({"artifact.file": by_ranges})
		with data.config.sources as [{"name": "Hub", "urls": ["https://huggingface.co"], "trust": "low"}]
}

test_other_trust_may_be_read_by_ranges if {
	every trust in ["medium", "high"] {
		rule.violations == set() with input as given.facts({"artifact.file": by_ranges})
			with data.config.sources as [{"name": "Hub", "urls": ["https://huggingface.co"], "trust": trust}]
	}
}

test_fetched_files_are_read_in_full if {
	fetched := object.union(object.remove(by_ranges[0], ["data"]), {"data": {"model": "org/name"}})
	rule.violations == set() with input as given.facts({"artifact.file": [fetched]})
		with data.config.sources as [{"name": "Hub", "urls": ["https://huggingface.co"], "trust": "low"}]
}

test_files_of_no_source if {
	local := object.union(file("models/m.safetensors", ""), {"model": ""})
	rule.violations == set() with input as given.facts({"artifact.file": [local, file("hf:org/name@main/a", "")]})
		with data.config.sources as [{"name": "Hub", "urls": ["https://huggingface.co"], "trust": "low"}]
}
