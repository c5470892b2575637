package security_scan_missing_test

import data.lib.given
import data.rules.verification["security-scan-missing"] as rule

item_1 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "org",
			"name": "name",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "scan.record",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"engine": "1",
		"rules": "2",
		"mode": "full",
		"verdict": "fail",
		"age_days": 3,
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "scan.record",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"engine": "1",
		"rules": "2",
		"mode": "full",
		"verdict": "pass",
		"age_days": 3,
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "org",
			"name": "name",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "doc",
		"resolution": "literal",
		"immutable": false,
		"id": "org/name",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name has no passed security scan of the last 90 days: required, no evidence."}} with input as given.facts({"refs.reference": [item_1], "scan.record": [item_2]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_4], "scan.record": [item_3]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_option_changed if {
	rule.violations == {{"on": item_1, "message": "org/name has no passed security scan of the last 2 days: required, no evidence."}} with input as given.facts({"refs.reference": [item_1], "scan.record": [item_3]})
		with data.config.rules["security-scan-missing"].options as {"max_age_days": 2}
}

missing := {{"on": item_1, "message": "org/name has no passed security scan of the last 90 days: required, no evidence."}}

file(fields) := {
	"kind": "artifact.file",
	"at": {"path": "hf:org/name/m.bin"},
	"data": object.union({"state": "unproven"}, fields),
	"model": "org/name",
	"source": "",
}

test_silent_where_this_run_has_read_it if {
	rule.violations == set() with input as given.facts({
		"refs.reference": [item_1],
		"artifact.file": [file({}), file({"state": "unread", "loaded": "no"})],
	})
}

test_fires_where_a_file_is_unread if {
	rule.violations == missing with input as given.facts({"refs.reference": [item_1], "artifact.file": [file({}), file({"state": "unread"})]})
	rule.violations == missing with input as given.facts({
		"refs.reference": [item_1],
		"artifact.file": [file({})],
		"scan.incomplete": [{"at": {"path": "hf:org/name/n.bin"}, "data": {}, "model": "org/name"}],
	})
}

test_fires_on_a_record_of_another_revision if {
	record := object.union(item_3, {"data": {"revision": "v2"}})
	rule.violations == missing with input as given.facts({"refs.reference": [item_1], "scan.record": [record]})
}

test_fires_on_a_record_without_age if {
	record := object.union(object.remove(item_3, ["data"]), {"data": {"verdict": "pass"}})
	rule.violations == missing with input as given.facts({"refs.reference": [item_1], "scan.record": [record]})
}

test_fires_on_a_record_of_other_files if {
	moved := {"at": {"path": "app.py"}, "data": {"ref": "main"}, "model": "org/name"}
	rule.violations == missing with input as given.facts({"refs.reference": [item_1], "scan.record": [item_3], "watch.moved": [moved]})
}
