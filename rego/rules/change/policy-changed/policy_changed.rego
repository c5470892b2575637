# METADATA
# title: Change loosens the policy
# description: >-
#   The change edits the policy, its waivers or its trust so that less is denied. It is
#   judged by the policy of the base, and the edit itself must be reviewed.
# custom:
#   evidence: [policy.change]
#   precision: very-high
#   security_severity: "8.0"
#   remediation: >-
#     Have the owner of the policy review the edit in a change of its own.
#   standards:
#     - cwe-693
#     - cwe-284
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
package rules.change["policy-changed"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["policy.change"]
	not fact.field(item, "direction") in {"tighter", "same"}
	message := sprintf("%v is loosened from %v to %v.", [fact.text(item, "path"), value(item, "before"), value(item, "after")])
}

value(item, name) := fact.text(item, name) if fact.optional(item, name) != ""

else := "nothing"
