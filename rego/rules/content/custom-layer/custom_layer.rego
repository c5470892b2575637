# METADATA
# title: Model needs a custom layer
# description: >-
#   The layer, operator or backend is not one of the format, so running the model means
#   loading code that has it.
# custom:
#   evidence: [coreml.layer, executorch.delegate, executorch.operator, mxnet.operator, openvino.layer]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Export the model with built-in layers, or have the code reviewed.
#   standards:
#     - cwe-829
#     - cwe-506
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011
package rules.content["custom-layer"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some kind in {"coreml.layer", "executorch.delegate", "executorch.operator", "mxnet.operator", "openvino.layer"}
	some item in input.evidence[kind]
	message := sprintf("%v needs the layer %q%v, which other code must bring.", [
		fact.entry(item), fact.text(item, "type"),
		fact.quoted(" of the library %q", item, "library"),
	])
}
