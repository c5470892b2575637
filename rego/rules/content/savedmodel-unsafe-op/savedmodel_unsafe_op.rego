# METADATA
# title: TensorFlow graph has an operator that touches the machine
# description: >-
#   Some operators read and write files, load libraries or call Python. They run when
#   the graph runs, with the rights of the program.
# custom:
#   evidence: [tf.operator]
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
package rules.content["savedmodel-unsafe-op"]

import data.lib.fact

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some item in input.evidence["tf.operator"]
	message := sprintf("%v has the operator %v, which %v.", [fact.entry(item), fact.text(item, "type"), effect(item)])
}

effect(item) := effects[item.data.type] if effects[item.data.type]

else := "reaches outside of the graph"

effects := {
	"ReadFile": "reads files of the machine",
	"WriteFile": "writes files of the machine",
	"PyFunc": "calls Python",
	"PyFuncStateless": "calls Python",
	"EagerPyFunc": "calls Python",
	"LoadLibrary": "loads native code",
}

certainty(item) := {"at_most": "warn"} if not effects[item.data.type]

else := {}
