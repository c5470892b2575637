# METADATA
# title: Stranger has a model of a well-known name
# description: >-
#   A copy of a well-known model under an unrelated namespace may be a harmless mirror, or
#   the well-known weights with something added. Downloads and likes do not tell, since
#   both can be bought.
# custom:
#   evidence: [refs.reference, lookalike.association]
#   precision: medium
#   security_severity: "4.0"
#   remediation: >-
#     Load the model of the publisher that it is known from. If the namespace is right,
#     list it under "publishers" in the policy, with its id.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["borrowed-model-name"]

import data.lib.fact
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	some association in hub.about(item)["lookalike.association"]
	not declared(association)
	message := words(association)
}

# A model that is judged by itself has no reference.
violations contains {"on": item, "message": message} if {
	some item in input.evidence["lookalike.association"]
	not item.model in referenced
	not declared(item)
	message := words(item)
}

referenced := {item.model | some item in input.evidence["refs.reference"]}

# A model that says on which one it is based does not pass itself off as that.
declared(item) if item.data.declared == true

words(item) := sprintf("%v is named as a well-known model of %v, and %v is somebody else%v.", [
	item.model, fact.text(item, "target"), fact.text(item, "name"), because(item),
])

because(item) := sprintf(": %v", [concat(", ", reasons)]) if {
	reasons := fact.list(item, "metadata")
	count(reasons) > 0
} else := ""
