# METADATA
# title: TorchScript reaches files or Python
# description: >-
#   The code of the archive calls operators that read or write files or call back into
#   Python. It runs when the model is loaded or used.
# custom:
#   evidence: [torchscript.call]
#   precision: very-high
#   security_severity: "8.0"
#   remediation: >-
#     Use another copy of the model, or weights alone.
#   standards:
#     - cwe-829
#     - cwe-506
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011
package rules.content["torchscript-file-access"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["torchscript.call"]
	message := sprintf("%v calls %v, which reaches outside of the model.", [fact.entry(item), fact.text(item, "name")])
}
