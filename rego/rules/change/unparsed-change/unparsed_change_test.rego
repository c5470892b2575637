package unparsed_change_test

import data.rules.change["unparsed-change"] as rule

unparsed(fields) := {
	"kind": "refs.unparsed",
	"at": {"path": "nb.ipynb", "line": 3},
	"data": object.union({"language": "python", "reason": "line 3"}, fields),
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{
		"on": unparsed({"added": true}),
		"message": "The change adds or edits nb.ipynb, which could not be parsed as python: line 3.",
	}} with input.evidence as {"refs.unparsed": [unparsed({"added": true})]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"refs.unparsed": [unparsed({})]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
