package unsigned_artifact_test

import data.lib.given
import data.rules.verification["unsigned-artifact"] as rule

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
	"kind": "signature.verified",
	"at": {
		"path": "model.sig",
	},
	"data": {
		"key": "internal",
		"covers": "all",
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "local",
			"name": "weights",
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
		"id": "weights",
	},
	"model": "weights",
	"source": "",
}

item_4 := {
	"kind": "signature.verified",
	"at": {
		"path": "model.sig",
	},
	"data": {
		"key": "other",
		"covers": "all",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name has no valid signature by any key of the policy: required, no evidence."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_3], "signature.verified": [item_2]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_option_changed if {
	rule.violations == {{"on": item_1, "message": "org/name has no valid signature by internal: required, no evidence."}} with input as given.facts({"refs.reference": [item_1], "signature.verified": [item_4]})
		with data.config.rules["unsigned-artifact"].options as {"keys": ["internal"]}
}

test_silent_on_named_key if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "signature.verified": [item_2]})
		with data.config.rules["unsigned-artifact"].options as {"keys": ["internal"]}
}
