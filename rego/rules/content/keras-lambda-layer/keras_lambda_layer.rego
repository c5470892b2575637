# METADATA
# title: Keras model holds Python code
# description: >-
#   A Lambda layer, or a function stored in the model, is Python bytecode that runs
#   when the model is loaded or used. safe_mode does not stop every way to it.
# custom:
#   evidence: [keras.code]
#   precision: very-high
#   security_severity: "9.0"
#   remediation: >-
#     Write the layer as a registered class in reviewed code; convert the weights to
#     safetensors.
#   standards:
#     - cwe-502
#     - cwe-94
#     - cwe-913
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
#     - atlas/AML.T0018.002
#     - ssdf/PW.4.1
package rules.content["keras-lambda-layer"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["keras.code"]
	message := sprintf("%v holds Python code in its layer %q, which runs when the model is loaded or used.", [fact.entry(item), fact.text(item, "layer")])
}
