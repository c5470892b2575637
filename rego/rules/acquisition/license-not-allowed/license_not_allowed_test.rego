package license_not_allowed_test

import data.lib.given
import data.rules.acquisition["license-not-allowed"] as rule

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
	"kind": "license.found",
	"at": {
		"path": "README.md",
	},
	"data": {
		"spdx": "cc-by-nc-4.0",
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "license.found",
	"at": {
		"path": "README.md",
	},
	"data": {
		"spdx": "Apache-2.0",
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "license.found",
	"at": {
		"path": "README.md",
	},
	"data": {
		"spdx": "mit",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name is under the licence cc-by-nc-4.0, which the policy does not allow."}} with input as given.facts({"refs.reference": [item_1], "license.found": [item_2]})
}

test_fires_without_license if {
	rule.violations == {{"on": item_1, "message": "org/name must be under an allowed licence: required, no evidence of its licence."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "license.found": [item_3]})
		with data.config.rules["license-not-allowed"].options as {"allow": ["apache-2.0"]}
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_option_changed if {
	rule.violations == {{"on": item_1, "message": "org/name is under the licence mit, which the policy does not allow."}} with input as given.facts({"refs.reference": [item_1], "license.found": [item_4]})
		with data.config.rules["license-not-allowed"].options as {"allow": ["apache-2.0"]}
}

test_silent_on_the_id_of_the_registry if {
	item := object.union(item_3, {"data": {"id": "llama3.1", "spdx": "LicenseRef-llama3.1"}})
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "license.found": [item]})
		with data.config.rules["license-not-allowed"].options as {"allow": ["Llama3.1"]}
}
