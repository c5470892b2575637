package invalid_model_id_test

import data.rules.acquisition["invalid-model-id"] as rule

item_1 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "your org",
			"name": "model--name",
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
		"id": "your org/model--name",
	},
	"model": "your org/model--name",
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
			"name": "bert-base-uncased",
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
		"id": "bert-base-uncased",
	},
	"model": "bert-base-uncased",
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
			"namespace": "01-ai",
			"name": "Yi-1.5_9B.x",
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
		"id": "01-ai/Yi-1.5_9B.x",
	},
	"model": "01-ai/Yi-1.5_9B.x",
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
			"source": "ollama",
			"name": "a b",
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
		"id": "a b",
	},
	"model": "a b",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "transformers.AutoModel.from_pretrained loads \"your org/model--name\", which no repository of the Hugging Face Hub can be named."}} with input.evidence as {"refs.reference": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"refs.reference": [item_2, item_3, item_4, item_5]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
