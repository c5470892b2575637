# METADATA
# title: Model holds machine code
# description: >-
#   A model is data. An executable or a shared library beside it runs with the rights
#   of whoever loads it, and no reader of models can tell what it does.
# custom:
#   evidence: [native.library]
#   precision: very-high
#   security_severity: "7.5"
#   remediation: >-
#     Use a model without native code, or build the library from reviewed source.
#   standards:
#     - cwe-829
#     - cwe-506
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011
package rules.execution["executable-file"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["native.library"]
	message := sprintf("%v is machine code (%v).", [fact.entry(item), fact.text(item, "type")])
}
