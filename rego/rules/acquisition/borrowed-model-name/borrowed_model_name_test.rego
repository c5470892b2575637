package borrowed_model_name_test

import data.lib.given
import data.rules.acquisition["borrowed-model-name"] as rule

item_1 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "Open-OSS",
			"name": "privacy-filter",
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
		"id": "Open-OSS/privacy-filter",
	},
	"model": "Open-OSS/privacy-filter",
	"source": "",
}

item_2 := {
	"kind": "lookalike.association",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "Open-OSS/privacy-filter",
		"name": "Open-OSS",
		"target": "openai",
		"declared": false,
	},
	"model": "Open-OSS/privacy-filter",
	"source": "",
}

item_3 := {
	"kind": "lookalike.association",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "Open-OSS/privacy-filter",
		"name": "Open-OSS",
		"target": "openai",
		"declared": false,
		"metadata": ["the repository is 0 days old", "it has 244000 downloads already"],
	},
	"model": "Open-OSS/privacy-filter",
	"source": "",
}

item_4 := {
	"kind": "lookalike.association",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "Open-OSS/privacy-filter",
		"name": "Open-OSS",
		"target": "openai",
		"declared": true,
	},
	"model": "Open-OSS/privacy-filter",
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
			"namespace": "Open-OSS",
			"name": "privacy-filter",
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
		"id": "Open-OSS/privacy-filter",
	},
	"model": "Open-OSS/privacy-filter",
	"source": "",
}

named := "Open-OSS/privacy-filter is named as a well-known model of openai, and Open-OSS is somebody else"

test_fires if {
	rule.violations == {{"on": item_1, "message": concat("", [named, "."])}} with input as given.facts({"refs.reference": [item_1], "lookalike.association": [item_2]})
}

test_fires_without_reference if {
	rule.violations == {{"on": item_3, "message": concat("", [named, ": the repository is 0 days old, it has 244000 downloads already."])}} with input as given.facts({"lookalike.association": [item_3]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "lookalike.association": [item_4]})
}

test_silent_in_documents if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_5], "lookalike.association": [item_2]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
