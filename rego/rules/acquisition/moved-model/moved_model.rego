# METADATA
# title: Model has another name now
# description: >-
#   The registry leads from the old name to the new one. It does so only until somebody
#   takes the old name, whose model is then loaded instead.
# custom:
#   evidence: [reuse.identity]
#   precision: very-high
#   security_severity: "3.0"
#   remediation: >-
#     Write the present name, after a look at whether its owner is the one that was
#     meant.
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
package rules.acquisition["moved-model"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["reuse.identity"]
	item.data.relation == "moved"
	message := sprintf("%v is named %v now.", [fact.text(item, "want"), fact.text(item, "got")])
}
