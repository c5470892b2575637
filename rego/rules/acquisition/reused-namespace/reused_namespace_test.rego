package reused_namespace_test

import data.rules.acquisition["reused-namespace"] as rule

identity(relation, by) := {
	"kind": "reuse.identity",
	"at": {"path": "app.py", "line": 3},
	"data": {"relation": relation, "want": "org/name (1)", "got": "org/name (2)", "by": by},
	"model": "org/name",
	"source": "",
}

age(fields) := {
	"kind": "reuse.age",
	"at": {"path": "app.py", "line": 3},
	"data": object.union(
		{
			"first_reference": "2024-05-01T00:00:00Z", "repository": "2025-08-07T07:00:47Z", "owner": "2025-08-01T07:00:47Z",
			"owner_id": "5f0c", "younger": ["repository"], "locked": false,
		},
		fields,
	),
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {
		{"on": identity("reused", "lock"), "message": "org/name is another repository of another account: the locked one is org/name (1), and this is org/name (2)."},
		{"on": identity("recreated", "lock"), "message": "org/name is another repository of the same account: the locked one is org/name (1), and this is org/name (2)."},
		{"on": identity("owner_replaced", "policy"), "message": "org/name belongs to another account that has the same name: the one that the policy trusts is org/name (1), and this is org/name (2)."},
	} with input.evidence as {"reuse.identity": [identity("reused", "lock"), identity("recreated", "lock"), identity("owner_replaced", "policy")]}
}

test_fires_on_age if {
	item := age({"younger": ["repository", "owner"]})
	rule.violations == {
		{"on": item, "message": "org/name was first referenced on 2024-05-01, but its repository was made on 2025-08-07: it cannot be the one that was meant."},
		{"on": item, "message": "org/name was first referenced on 2024-05-01, but its owner was made on 2025-08-01: it cannot be the one that was meant."},
	} with input.evidence as {"reuse.age": [item]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {
		"reuse.identity": [identity("moved", "lock"), identity("owner_changed", "lock")],
		"reuse.age": [age({"younger": []}), age({"locked": true})],
	}
}

test_silent_on_a_trusted_owner if {
	rule.violations == set() with input.evidence as {"reuse.age": [age({})]}
		with data.config.publishers as [{"id": "5f0c"}]
	count(rule.violations) == 1 with input.evidence as {"reuse.age": [age({"owner_id": ""})]}
		with data.config.publishers as [{"id": ""}]
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
