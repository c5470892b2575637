# METADATA
# title: Model is known only at run time
# description: >-
#   The name of the model is computed or comes from outside, so that no rule about
#   models could be applied to it.
# custom:
#   evidence: [refs.reference]
#   precision: medium
#   security_severity: "3.0"
#   remediation: >-
#     Give the name a default in the code or in a configuration file of the repository.
#   standards:
#     - cwe-494
#     - cwe-829
#     - cwe-1357
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
#     - atlas/AML.T0109
#     - ssdf/PS.3.2
#     - ssdf/PW.4.1
package rules.verification["unresolved-reference"]

import data.lib.fact
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in input.evidence["refs.reference"]
	item.data.resolution == "dynamic"
	object.get(item.data, "id", "") == ""
	not fact.field(item, "context") in use.listed
	message := sprintf("%v loads a model whose name is known only at run time%v.", [fact.text(item, "loader"), variable(item)])
}

variable(item) := sprintf(" (%v)", [fact.text(item, "variable")]) if fact.optional(item, "variable") != ""

else := ""
