# METADATA
# title: Signature is not valid
# description: >-
#   The model has a signature, and it does not fit its files or its key. The files were
#   changed after they were signed, or somebody else signed them.
# custom:
#   evidence: [signature.invalid]
#   awaits: [signature.invalid]
#   precision: very-high
#   security_severity: "9.0"
#   remediation: >-
#     Find out who changed the files or the signature; do not load the model.
#   standards:
#     - cwe-347
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.2
#     - owasp-aisvs/3.1.3
#     - atlas/AML.T0010.003
package rules.verification["signature-invalid"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["signature.invalid"]
	message := sprintf("%v has a signature that is not valid: %v.", [fact.entry(item), fact.text(item, "reason")])
}
