# METADATA
# title: ONNX model needs a custom operator
# description: >-
#   The operator is not one of ONNX, so running the model means loading a library that
#   has it.
# custom:
#   evidence: [onnx.operator]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Export the model with standard operators, or have the library reviewed.
#   standards:
#     - cwe-829
#     - cwe-506
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011
package rules.content["onnx-custom-op"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["onnx.operator"]
	message := sprintf("%v needs the operator %v of the domain %q, which a library must bring.", [fact.entry(item), fact.text(item, "type"), fact.text(item, "domain")])
}
