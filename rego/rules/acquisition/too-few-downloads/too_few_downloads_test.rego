package too_few_downloads_test

import data.lib.given
import data.rules.acquisition["too-few-downloads"] as rule

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
		"downloads": 12,
		"age_days": 400,
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
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
	rule.violations == {{"on": item_1, "message": "org/name has 12 downloads, the policy asks for at least 1001."}} with input as given.facts({"refs.reference": [item_1], "hub.model": [item_2]})
}

test_fires_without_number if {
	rule.violations == {{"on": item_1, "message": "org/name must have at least 1001 downloads: required, no evidence of their number."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_4], "hub.model": [item_3]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_option_changed if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "hub.model": [item_2]})
		with data.config.rules["too-few-downloads"].options as {"min": 10}
}
