package format_unavailable_test

import data.lib.given
import data.rules.acquisition["format-unavailable"] as rule

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
		"path": "pytorch_model.bin",
	},
	"data": {
		"format": "torchzip",
		"role": "weights",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "artifact.file",
	"at": {
		"path": "models/m.safetensors",
	},
	"data": {
		"format": "safetensors",
		"role": "weights",
		"dir": "models",
		"size": 10,
		"state": "unproven",
		"nested": false,
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name has no weights in the format safetensors."}} with input as given.facts({"refs.reference": [item_1], "artifact.file": [item_2]})
}

test_fires_without_files if {
	rule.violations == {{"on": item_1, "message": "org/name must have weights in the format safetensors: required, no evidence of its files."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "artifact.file": [item_3]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_option_changed if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1], "artifact.file": [item_2]})
		with data.config.rules["format-unavailable"].options as {"formats": ["torchzip"]}
}
