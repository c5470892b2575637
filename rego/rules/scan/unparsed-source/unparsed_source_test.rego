package unparsed_source_test

import data.rules.scan["unparsed-source"] as rule

item_1 := {
	"kind": "refs.unparsed",
	"at": {
		"path": "app.py",
	},
	"data": {
		"language": "python",
		"reason": "line 3",
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

test_fires if {
	rule.violations == {{"on": item_1, "message": "app.py could not be parsed as python: line 3."}} with input.evidence as {"refs.unparsed": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"refs.reference": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
