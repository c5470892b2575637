package unresolved_reference_test

import data.rules.verification["unresolved-reference"] as rule

item_1 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "dynamic",
		"immutable": false,
		"id": "",
	},
	"model": "",
	"source": "",
}

item_2 := {
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

item_3 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "test",
		"resolution": "dynamic",
		"immutable": false,
		"id": "",
	},
	"model": "",
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
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "dynamic",
		"immutable": false,
		"id": "",
		"variable": "env:MODEL_ID",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "transformers.AutoModel.from_pretrained loads a model whose name is known only at run time."}} with input.evidence as {"refs.reference": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"refs.reference": [item_2, item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_names_the_variable if {
	rule.violations == {{"on": item_4, "message": "transformers.AutoModel.from_pretrained loads a model whose name is known only at run time (env:MODEL_ID)."}} with input.evidence as {"refs.reference": [item_4]}
}
