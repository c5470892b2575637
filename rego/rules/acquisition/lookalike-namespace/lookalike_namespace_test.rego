package lookalike_namespace_test

import data.lib.given
import data.rules.acquisition["lookalike-namespace"] as rule

item_1 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "meta-Ilama",
			"name": "Llama-3.1-8B",
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
		"id": "meta-Ilama/Llama-3.1-8B",
	},
	"model": "meta-Ilama/Llama-3.1-8B",
	"source": "",
}

item_2 := {
	"kind": "lookalike.match",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "meta-Ilama/Llama-3.1-8B",
		"name": "meta-Ilama",
		"target": "meta-llama",
		"relation": "homoglyph",
		"distance": 1,
		"tier": "critical",
		"known": true,
	},
	"model": "meta-Ilama/Llama-3.1-8B",
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
			"namespace": "meta-llama-labs",
			"name": "x",
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
		"id": "meta-llama-labs/x",
	},
	"model": "meta-llama-labs/x",
	"source": "",
}

item_4 := {
	"kind": "lookalike.match",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "meta-llama-labs/x",
		"name": "meta-llama-labs",
		"target": "meta-llama",
		"relation": "association",
		"distance": 1,
		"tier": "medium",
		"known": false,
	},
	"model": "meta-llama-labs/x",
	"source": "",
}

item_5 := {
	"kind": "lookalike.match",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "meta-llama-labs/x",
		"name": "meta-llama-labs",
		"target": "meta-llama",
		"relation": "association",
		"distance": 1,
		"tier": "high",
		"known": false,
		"metadata": ["the account is 3 days old", "the repository is 2 days old"],
	},
	"model": "meta-llama-labs/x",
	"source": "",
}

item_6 := {
	"kind": "lookalike.match",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "meta-llama-labs/x",
		"name": "meta-llama-labs",
		"target": "meta-llama",
		"relation": "weak",
		"distance": 1,
		"tier": "low",
		"known": false,
	},
	"model": "meta-llama-labs/x",
	"source": "",
}

item_7 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "meta-Ilama",
			"name": "Llama-3.1-8B",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "test",
		"resolution": "literal",
		"immutable": false,
		"id": "meta-Ilama/Llama-3.1-8B",
	},
	"model": "meta-Ilama/Llama-3.1-8B",
	"source": "",
}

item_8 := {
	"kind": "lookalike.match",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": "m\u0435ta-llama/x",
		"name": "m\u0435ta-llama",
		"target": "meta-llama",
		"relation": "unicode",
		"distance": 1,
		"tier": "critical",
		"known": false,
	},
	"model": "m\u0435ta-llama/x",
	"source": "",
}

item_9 := {
	"kind": "lookalike.match",
	"at": {"path": "app.py"},
	"data": {"model": "meta-llama-labs/x"},
	"model": "meta-llama-labs/x",
	"source": "",
}

homoglyph := "meta-Ilama/Llama-3.1-8B: \"meta-Ilama\" looks like \"meta-llama\" (homoglyph: characters that look alike), which has a model of this name."

association := "meta-llama-labs/x: \"meta-llama-labs\" looks like \"meta-llama\" (its name and generic words)"

test_fires if {
	rule.violations == {
		{"on": item_1, "message": homoglyph},
		{"on": item_3, "message": concat("", [association, "."]), "at_most": "warn"},
	} with input as given.facts({"refs.reference": [item_1, item_3], "lookalike.match": [item_2, item_4]})
}

test_fires_by_metadata if {
	rule.violations == {{"on": item_3, "message": concat("", [association, "; the account is 3 days old, the repository is 2 days old."])}} with input as given.facts({"refs.reference": [item_3], "lookalike.match": [item_5]})
}

test_fires_without_reference if {
	rule.violations == {{"on": item_8, "message": `m\u0435ta-llama/x: "m\u0435ta-llama" looks like "meta-llama" (homoglyph: characters from outside ASCII).`}} with input as given.facts({"lookalike.match": [item_8]})
}

test_fires_on_odd_evidence if {
	rule.violations == {{"on": item_9, "message": "meta-llama-labs/x: \"?\" looks like \"?\" (a similar name)."}} with input as given.facts({"lookalike.match": [item_9]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_3], "lookalike.match": [item_6]})
}

test_silent_in_tests if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_7], "lookalike.match": [item_2]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
