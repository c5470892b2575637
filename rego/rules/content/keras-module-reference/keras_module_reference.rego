# METADATA
# title: Keras model names code outside of Keras
# description: >-
#   The configuration of the model names a module and a class or function that the
#   loader imports. Names outside of Keras, and some functions of Keras itself, run
#   code or open files.
# custom:
#   evidence: [keras.object]
#   precision: very-high
#   security_severity: "9.3"
#   remediation: >-
#     Use another copy of the model; register layers of your own in reviewed code.
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
package rules.content["keras-module-reference"]

import data.lib.fact

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some item in input.evidence["keras.object"]
	message := sprintf("%v names %v.%v, which Keras looks up when it loads the model.", [
		fact.entry(item), fact.text(item, "module"), fact.text(item, "class"),
	])
}

# A registered class of the user's own is looked up and not imported.
certainty(item) := {"at_most": "warn"} if fact.field(item, "problem") in {"custom", "function"}

else := {}
