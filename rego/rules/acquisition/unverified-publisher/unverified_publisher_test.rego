package unverified_publisher_test

import data.lib.given
import data.rules.acquisition["unverified-publisher"] as rule

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
		"type": "org",
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
		"type": "user",
		"verified": true,
		"age_days": 900,
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
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

item_7 := {
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

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name is published by org, which is not a verified organization."}} with input as given.facts({"refs.reference": [item_1], "hub.publisher": [item_2]})
}

test_fires_on_verified_user if {
	rule.violations == {{"on": item_1, "message": "org/name is published by org, which is not a verified organization."}} with input as given.facts({"refs.reference": [item_1], "hub.publisher": [item_3]})
}

test_fires_without_publisher if {
	rule.violations == {{"on": item_1, "message": "org/name must come from a verified organization: required, no evidence of its publisher."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_5, item_6], "hub.publisher": [item_4]})
}

test_silent_on_trusted if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "hub.publisher": [item_7]})
		with data.config.publishers as [{"id": "5f0c"}]
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

entry(verified) := {
	"kind": "lock.entry",
	"at": {"path": "models.lock"},
	"data": {"owner": {"name": "org", "id": "5f0c", "type": "org", "verified": verified}},
	"model": "org/name",
	"source": "",
}

test_the_lock_counts_offline if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "lock.entry": [entry(true)]})
	rule.violations == {{"on": item_1, "message": "org/name is published by org, which is not a verified organization."}} with input as given.facts({"refs.reference": [item_1], "lock.entry": [entry(false)]})
}

test_the_owner_after_a_move if {
	owner := object.union(item_2, {"data": {"name": "other"}})
	rule.violations == {{"on": item_1, "message": "org/name is published by other, which is not a verified organization."}} with input as given.facts({"refs.reference": [item_1], "hub.publisher": [owner], "lock.entry": [entry(true)]})
}
