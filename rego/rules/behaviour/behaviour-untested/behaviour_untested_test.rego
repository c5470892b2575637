package behaviour_untested_test

import data.lib.given
import data.rules.behaviour["behaviour-untested"] as rule

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
	"kind": "lock.change",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"before": "1",
		"after": "1",
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "lock.change",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"before": "1",
		"after": "2",
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "behave.attestation",
	"at": {
		"path": "att.json",
	},
	"data": {
		"result": "PASSED",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name has no passed behavioural test of these files: required, no evidence."}} with input as given.facts({"refs.reference": [item_1], "lock.change": [item_3]})
}

test_fires_without_lock if {
	rule.violations == {{"on": item_1, "message": "org/name has no passed behavioural test of these files: required, no evidence."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "lock.change": [item_3], "behave.attestation": [item_4]})
}

test_silent_on_unchanged if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "lock.change": [item_2]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
