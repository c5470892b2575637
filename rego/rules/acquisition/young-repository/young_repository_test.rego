package young_repository_test

import data.lib.given
import data.rules.acquisition["young-repository"] as rule

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
	"kind": "hub.model",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "org/name",
		"downloads": 5000,
		"age_days": 3,
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "hub.publisher",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "5f0c",
		"name": "org",
		"type": "org",
		"verified": true,
		"age_days": 2,
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "hub.model",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_5 := {
	"kind": "hub.model",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "org/name",
		"downloads": 5000,
		"age_days": 400,
	},
	"model": "org/name",
	"source": "",
}

item_6 := {
	"kind": "hub.publisher",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "5f0c",
		"name": "org",
		"type": "org",
		"verified": true,
		"age_days": 900,
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name is 3 days old, the policy asks for at least 30 days."}, {"on": item_1, "message": "org/name belongs to org, whose account is 2 days old; the policy asks for at least 30 days."}} with input as given.facts({"refs.reference": [item_1], "hub.model": [item_2], "hub.publisher": [item_3]})
}

test_fires_on_unknown_age if {
	rule.violations == {{"on": item_1, "message": "org/name is of unknown age, the policy asks for at least 30 days."}} with input as given.facts({"refs.reference": [item_1], "hub.model": [item_4]})
}

test_fires_without_hub if {
	rule.violations == {{"on": item_1, "message": "org/name must be at least 30 days old: required, no evidence of its age."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "hub.model": [item_5], "hub.publisher": [item_6]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_option_changed if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "hub.model": [item_2], "hub.publisher": [item_3]})
		with data.config.rules["young-repository"].options as {"min_days": 3, "min_owner_days": 1}
}
