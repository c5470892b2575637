# METADATA
# title: Model is gone, gated or disabled
# description: >-
#   The registry does not give the model to this run. Its name may be free for somebody
#   else to take.
# custom:
#   evidence: [hub.unavailable]
#   awaits: [hub.unavailable]
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Use a model that is there, or give the run a token that may read it.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["model-unavailable"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.unavailable"]
	fact.field(item, "reason") in {"gone", "gated", "disabled"}
	message := sprintf("%v cannot be had from its registry: it is %v.", [subject(item), fact.field(item, "reason")])
}

subject(item) := item.model if {
	item.model != ""
} else := item.at.path
