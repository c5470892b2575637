# METADATA
# title: Name leads to another model than the one meant
# description: >-
#   An account or a repository that is deleted sets its name free, and whoever takes the
#   name is loaded in its place. The identifiers that the registry gives cannot be
#   taken: they differ from those of the lock or of a trusted publisher, or are younger
#   than the first reference to the model.
# custom:
#   evidence: [reuse.identity, reuse.age]
#   precision: high
#   security_severity: "9.3"
#   remediation: >-
#     Do not load it. Find out where the model that was meant is now, and reference
#     that. If the model is the right one, such as your own that was published after the
#     code, lock it again or enter its publisher under publishers by id.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0109
#     - atlas/AML.T0058
package rules.acquisition["reused-namespace"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["reuse.identity"]
	words := meaning[item.data.relation]
	message := sprintf("%v %v: %v is %v, and this is %v.", [
		item.model, words, origin(item), fact.text(item, "want"), fact.text(item, "got"),
	])
}

meaning := {
	"reused": "is another repository of another account",
	"recreated": "is another repository of the same account",
	"owner_replaced": "belongs to another account that has the same name",
}

origin(item) := "the one that the policy trusts" if {
	fact.optional(item, "by") == "policy"
} else := "the locked one"

violations contains {"on": item, "message": message} if {
	some item in input.evidence["reuse.age"]
	not confirmed(item)
	some what in fact.list(item, "younger")
	message := sprintf("%v was first referenced on %v, but its %v was made on %v: it cannot be the one that was meant.", [
		item.model, day(item, "first_reference"), what, day(item, what),
	])
}

# The lock has this very repository, or the policy trusts its owner.
confirmed(item) if object.get(item.data, "locked", false) == true

confirmed(item) if {
	some entry in data.config.publishers
	entry.id != ""
	entry.id == fact.optional(item, "owner_id")
}

day(item, name) := substring(fact.text(item, name), 0, 10)
