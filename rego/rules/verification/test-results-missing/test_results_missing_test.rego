package test_results_missing_test

import data.lib.given
import data.rules.verification["test-results-missing"] as rule

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
	"kind": "attestation.test_result",
	"at": {
		"path": "att.json",
	},
	"data": {
		"result": "FAILED",
		"signer": "ci",
		"age_days": 3,
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "attestation.test_result",
	"at": {
		"path": "att.json",
	},
	"data": {
		"result": "PASSED",
		"signer": "ci",
		"age_days": 3,
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name has no passed test results: required, no evidence."}} with input as given.facts({"refs.reference": [item_1], "attestation.test_result": [item_2]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "attestation.test_result": [item_3]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
