package owner_changed_test

import data.rules.acquisition["owner-changed"] as rule

identity(relation) := {
	"kind": "reuse.identity",
	"at": {"path": "app.py", "line": 3},
	"data": {"relation": relation, "want": "org (1)", "got": "other (2)"},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{
		"on": identity("owner_changed"),
		"message": "org/name belonged to org (1) when it was locked, and belongs to other (2) now.",
	}} with input.evidence as {"reuse.identity": [identity("owner_changed"), identity("moved")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"reuse.identity": [identity("moved")]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
