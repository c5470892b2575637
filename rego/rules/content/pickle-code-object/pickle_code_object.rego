# METADATA
# title: Pickle carries compiled Python code
# description: >-
#   The pickle makes functions from bytecode that it carries. What such a function does
#   shows only when it is called.
# custom:
#   evidence: [pickle.code]
#   precision: very-high
#   security_severity: "7.0"
#   remediation: >-
#     Ship functions as source in a reviewed package and keep weights as safetensors.
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
package rules.content["pickle-code-object"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.code"]
	message := sprintf("%v makes Python code from bytes when it is loaded, by %v.", [fact.file(item), fact.text(item, "maker")])
}
