# METADATA
# title: Comment asks for a waiver that it does not get
# description: >-
#   A comment "gate: ignore[rule-id] reason" counts only for the rules that the policy
#   lists under inline, and only with a reason; on a proposed change only if its base has it
#   over the same line. This one does nothing: what it is about is judged as if it were not
#   there.
# custom:
#   evidence: [policy.ignore]
#   precision: very-high
#   security_severity: "3.0"
#   remediation: >-
#     Remove the comment, or give it a reason; else ask the owner of the policy for a
#     waiver, or to list the rule under inline.
#   standards:
#     - cwe-693
#     - cwe-284
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
package rules.change["unapproved-suppression"]

import data.lib.fact
import data.lib.waiver

violations contains {"on": item, "message": message} if {
	some item in input.evidence["policy.ignore"]
	some id in fact.list(item, "rules")
	why := problem(id, item)
	message := sprintf("The comment does not waive %v: %v.", [fact.clip(id), why])
}

violations contains {"on": item, "message": "The comment names no rule and waives nothing."} if {
	some item in input.evidence["policy.ignore"]
	count(fact.list(item, "rules")) == 0
}

problem(id, _) := "nothing may waive that rule" if {
	id in waiver.never
} else := "the policy does not list that rule under inline" if {
	not waiver.left_to_comments(id)
}

problem(id, item) := "it gives no reason" if {
	waiver.left_to_comments(id)
	fact.optional(item, "reason") == ""
} else := "the change adds it, or moves it to another line" if {
	waiver.left_to_comments(id)
	waiver.proposed(item)
} else := "no line of the file is its own" if {
	waiver.left_to_comments(id)
	not waiver.counts(id, item)
}
