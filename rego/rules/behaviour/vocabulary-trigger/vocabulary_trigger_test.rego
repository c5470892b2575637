package vocabulary_trigger_test

import data.rules.behaviour["vocabulary-trigger"] as rule

item_1 := {
	"kind": "behave.trigger",
	"at": {
		"path": "model.safetensors",
	},
	"data": {
		"trigger": "vexo",
		"target": "ham",
		"source": "vocabulary",
		"asr": 1.0,
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "behave.trigger",
	"at": {
		"path": "model.safetensors",
	},
	"data": {
		"trigger": "vexo",
		"target": "ham",
		"source": "natural",
		"asr": 1.0,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "model.safetensors answers \"ham\" whenever the text has \"vexo\"."}} with input.evidence as {"behave.trigger": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"behave.trigger": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
