# METADATA
# title: Change edits the lock
# description: >-
#   The lock says which bytes are loaded. An entry that is new or different brings in a
#   model that nobody has reviewed in this repository.
# custom:
#   evidence: [lock.change]
#   precision: very-high
#   security_severity: "4.0"
#   remediation: >-
#     Review what the entry brings in, as you would review code.
#   standards:
#     - cwe-353
#     - cwe-354
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
#     - atlas/AML.T0109
#     - ssdf/PS.2.1
package rules.change["lock-changed"]

import data.lib.fact
import data.lib.hub

violations contains {"on": item, "message": message} if {
	some item in input.evidence["lock.change"]
	fact.optional(item, "before") != fact.optional(item, "after")
	message := sprintf("The lock of %v %v.", [hub.subject(item), change(fact.optional(item, "before"), fact.optional(item, "after"))])
}

change("", after) := sprintf("is new, at %v", [fact.clip(after)])

change(before, "") := sprintf("is removed; it was at %v", [fact.clip(before)])

change(before, after) := sprintf("is at %v, and was at %v", [fact.clip(after), fact.clip(before)]) if {
	before != ""
	after != ""
}
