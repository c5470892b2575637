# METADATA
# title: Graph has an operator that touches the machine
# description: >-
#   Some operators read and write files, load libraries or call Python. They run when
#   the graph runs, with the rights of the program.
# custom:
#   evidence: [tf.operator, tflite.operator, onnx.operator]
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

# TensorFlow Lite calls the operators of TensorFlow by names with Flex before them.
violations contains {"on": item, "message": message} if {
	some item in input.evidence["tflite.operator"]
	some operator, what in effects
	fact.field(item, "type") == concat("", ["Flex", operator])
	message := sprintf("%v has the operator %v, which %v.", [fact.entry(item), fact.text(item, "type"), what])
}

# The libraries that bring these to ONNX call the Python that the model names.
violations contains {"on": item, "message": message} if {
	some item in input.evidence["onnx.operator"]
	fact.field(item, "type") in {"PyOp", "PythonOp"}
	message := sprintf("%v has the operator %v, which calls Python.", [fact.entry(item), fact.text(item, "type")])
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
