# METADATA
# title: Paddle program has an operator that touches the machine
# description: >-
#   Some operators call Python or read and write files. They run when the program runs,
#   with the rights of the process.
# custom:
#   evidence: [paddle.operator]
#   precision: very-high
#   security_severity: "8.5"
#   remediation: >-
#     Use another copy of the model, or export it again without the operator.
#   standards:
#     - cwe-829
#     - cwe-506
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011
package rules.content["paddle-unsafe-op"]

import data.lib.fact

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some item in input.evidence["paddle.operator"]
	message := sprintf("%v has the operator %v, which %v.", [fact.entry(item), fact.text(item, "type"), effect(item)])
}

effect(item) := "uses files of the machine" if fact.field(item, "problem") == "file"

else := "calls Python"

# A program that saves and loads its own parameters is an ordinary one.
certainty(item) := {"at_most": "warn"} if fact.field(item, "problem") == "file"

else := {}
