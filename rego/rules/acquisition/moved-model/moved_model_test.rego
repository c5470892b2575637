package moved_model_test

import data.rules.acquisition["moved-model"] as rule

identity(relation) := {
	"kind": "reuse.identity",
	"at": {"path": "app.py", "line": 3},
	"data": {"relation": relation, "want": "org/name", "got": "other/name"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": identity("moved"), "message": "org/name is named other/name now."}} with input.evidence as {"reuse.identity": [identity("moved")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"reuse.identity": [identity("reused")]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
