# METADATA
# title: Waiver has expired
# description: >-
#   A waiver excuses a finding until a day. That day is over, and the waiver excuses
#   nothing any more.
# custom:
#   evidence: [policy.waiver]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Remove the waiver, or have it approved again with a new day.
#   standards:
#     - cwe-693
#     - cwe-284
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
package rules.change["waiver-expired"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["policy.waiver"]
	object.get(item.data, "days_left", -1) < 0
	message := sprintf("The waiver of %v for %v expired on %v.", [fact.text(item, "rule"), subject(item), fact.text(item, "expires")])
}

subject(item) := concat(" in ", [part |
	some name in ["model", "path"]
	part := fact.optional(item, name)
	part != ""
])
