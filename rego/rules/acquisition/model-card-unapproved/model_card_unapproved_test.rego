package model_card_unapproved_test

import data.lib.given
import data.rules.acquisition["model-card-unapproved"] as rule

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
	"kind": "artifact.file",
	"at": {
		"path": "hf:org/name/README.md",
	},
	"data": {
		"sha256": "c0",
		"size": 10,
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "artifact.file",
	"at": {
		"path": "hf:org/name/README.md",
	},
	"data": {
		"sha256": "c0",
		"size": 0,
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "review.approval",
	"at": {
		"path": "policy.yaml",
	},
	"data": {
		"kind": "card",
		"sha256": "c0",
		"approved_by": "ana",
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "review.approval",
	"at": {
		"path": "policy.yaml",
	},
	"data": {
		"kind": "card",
		"sha256": "c0",
		"approved_by": "ana",
		"days_left": -1,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name has no approved model card: no review of its digest is in force."}} with input as given.facts({"refs.reference": [item_1], "artifact.file": [item_2]})
}

test_fires_on_empty if {
	rule.violations == {{"on": item_1, "message": "org/name has no approved model card: its card is empty."}} with input as given.facts({"refs.reference": [item_1], "artifact.file": [item_3], "review.approval": [item_4]})
}

test_fires_on_lapsed_review if {
	rule.violations == {{"on": item_1, "message": "org/name has no approved model card: no review of its digest is in force."}} with input as given.facts({"refs.reference": [item_1], "artifact.file": [item_2], "review.approval": [item_5]})
}

test_fires_without_card if {
	rule.violations == {{"on": item_1, "message": "org/name has no approved model card: required, no evidence of a card."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "artifact.file": [item_2], "review.approval": [item_4]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_fires_without_a_card_among_the_files if {
	item := object.union(item_2, {"at": {"path": "hf:org/name/config.json"}})
	rule.violations == {{"on": item_1, "message": "org/name has no approved model card: required, no evidence of a card."}} with input as given.facts({"refs.reference": [item_1], "artifact.file": [item], "review.approval": [item_4]})
}
