package safetensors_disabled_test

import data.rules.execution["safetensors-disabled"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "transformers.AutoModel.from_pretrained",
		"unsafe": "safetensors-disabled",
		"context": "code",
		"flag": "use_safetensors",
		"value": "False",
		"model": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "transformers.AutoModel.from_pretrained",
		"unsafe": "safetensors-disabled",
		"context": "code",
		"flag": "use_safetensors",
		"value": "?",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "transformers.AutoModel.from_pretrained",
		"unsafe": "safetensors-disabled",
		"context": "doc",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "transformers.AutoModel.from_pretrained",
		"unsafe": "other",
		"context": "code",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "transformers.AutoModel.from_pretrained(use_safetensors=False) makes the library unpickle the weights of org/name."}, {"on": item_2, "message": "transformers.AutoModel.from_pretrained makes the library unpickle the weights of the model that it loads.", "at_most": "warn"}} with input.evidence as {"code.load": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"code.load": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
