# METADATA
# title: Model was given to another owner
# description: >-
#   The repository is the one that was locked, and another account owns it now. Whoever
#   that is decides what the name loads from here on.
# custom:
#   evidence: [reuse.identity]
#   precision: very-high
#   security_severity: "7.5"
#   remediation: >-
#     Find out who the new owner is and why the model was given away; then lock it
#     again.
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
package rules.acquisition["owner-changed"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["reuse.identity"]
	item.data.relation == "owner_changed"
	message := sprintf("%v belonged to %v when it was locked, and belongs to %v now.", [
		item.model, fact.text(item, "want"), fact.text(item, "got"),
	])
}
