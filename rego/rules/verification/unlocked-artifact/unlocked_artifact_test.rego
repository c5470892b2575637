package unlocked_artifact_test

import data.lib.given
import data.rules.verification["unlocked-artifact"] as rule

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
	"kind": "lock.entry",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"commit": "1",
		"files": [
			{
				"path": "x",
			},
		],
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "lock.entry",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"commit": "1",
		"files": null,
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "lock.entry",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"commit": "1111111111111111111111111111111111111111",
		"files": [
			{
				"path": "m.safetensors",
				"sha256": "aa",
			},
		],
	},
	"model": "org/name",
	"source": "",
}

item_5 := {
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
	rule.violations == {{"on": item_1, "message": "org/name has no entry with digests in the lock."}} with input as given.facts({"refs.reference": [item_1]})
}

test_fires_without_digest if {
	rule.violations == {{"on": item_1, "message": "org/name has no entry with digests in the lock."}} with input as given.facts({"refs.reference": [item_1], "lock.entry": [item_2]})
}

test_fires_on_empty_entry if {
	rule.violations == {{"on": item_1, "message": "org/name has no entry with digests in the lock."}} with input as given.facts({"refs.reference": [item_1], "lock.entry": [item_3]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_5], "lock.entry": [item_4]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_fires_on_another_revision if {
	entry := object.union(item_4, {"data": {"revision": "v2"}})
	rule.violations == {{"on": item_1, "message": "org/name has no entry with digests in the lock."}} with input as given.facts({"refs.reference": [item_1], "lock.entry": [entry]})
}

test_files_that_are_not_loaded_need_none if {
	entry := object.union(item_4, {"data": {"files": [{"path": "m.safetensors", "sha256": "aa"}, {"path": "x.png", "excluded": "unread"}]}})
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "lock.entry": [entry]})
}
