package personal_namespace_test

import data.lib.given
import data.rules.acquisition["personal-namespace"] as rule

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
	"kind": "hub.publisher",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "5f0c",
		"name": "org",
		"type": "user",
		"verified": false,
		"age_days": 900,
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
		"age_days": 900,
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 5,
	},
	"data": {
		"model": {
			"source": "hf",
			"name": "bert-base-uncased",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 5,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "bert-base-uncased",
	},
	"model": "bert-base-uncased",
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

item_6 := {
	"kind": "hub.publisher",
	"at": {
		"path": "app.py",
	},
	"data": {
		"id": "5f0c",
		"name": "org",
		"type": "user",
		"verified": true,
		"age_days": 900,
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name belongs to org, a personal account and not an organization."}} with input as given.facts({"refs.reference": [item_1], "hub.publisher": [item_2]})
}

test_fires_without_publisher if {
	rule.violations == {{"on": item_1, "message": "org/name may belong to a personal account: required, no evidence of its publisher."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_4, item_5], "hub.publisher": [item_3]})
}

test_silent_on_trusted if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "hub.publisher": [item_6]})
		with data.config.publishers as [{"name": "org", "id": "5f0c"}]
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
