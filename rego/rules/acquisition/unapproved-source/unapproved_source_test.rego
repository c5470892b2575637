package unapproved_source_test

import data.rules.acquisition["unapproved-source"] as rule

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
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 9,
	},
	"data": {
		"model": {
			"source": "url",
			"url": "https://files.example.com/m.pt",
		},
		"loader": "torch.hub.load_state_dict_from_url",
		"at": {
			"path": "app.py",
			"line": 9,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "https://files.example.com/m.pt",
	},
	"model": "https://files.example.com/m.pt",
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
	"source": "Hugging Face",
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

item_5 := {
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

item_6 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 9,
	},
	"data": {
		"model": {
			"source": "url",
			"url": "https://a.example/m.pt",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 9,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "https://a.example/m.pt",
	},
	"model": "https://a.example/m.pt",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "transformers.AutoModel.from_pretrained loads org/name (hf), which does not come from an approved source."}, {"on": item_2, "message": "torch.hub.load_state_dict_from_url loads https://files.example.com/m.pt, which does not come from an approved source."}} with input.evidence as {"refs.reference": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"refs.reference": [item_3, item_4, item_5]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == {{"on": item_6, "message": "transformers.AutoModel.from_pretrained loads https://a.example/m.pt, which does not come from an approved source."}} with input.evidence as {"refs.reference": [item_1, item_6]}
		with data.config.rules["unapproved-source"].options as {"class": "url", "sources": []}
}

test_option_changed_2 if {
	rule.violations == {{"on": item_3, "message": "transformers.AutoModel.from_pretrained loads org/name (hf), which does not come from an approved source."}} with input.evidence as {"refs.reference": [item_3]}
		with data.config.rules["unapproved-source"].options as {"class": "any", "sources": ["Internal"]}
}

test_option_changed_3 if {
	rule.violations == set() with input.evidence as {"refs.reference": [item_3]}
		with data.config.rules["unapproved-source"].options as {"class": "any", "sources": ["Hugging Face"]}
}
