# METADATA
# title: Weights are not proven to be data only
# description: >-
#   The file was read and nothing was found, but no grammar accounts for each of its
#   bytes. A policy may ask for that proof.
# custom:
#   evidence: [artifact.file]
#   precision: very-high
#   security_severity: "4.0"
#   remediation: >-
#     Convert it to safetensors or GGUF; these, and plain state dicts, can be proven.
#   standards:
#     - cwe-502
#     - cwe-354
#     - cwe-787
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0018.002
#     - atlas/AML.T0107
package rules.scan["unproven-weights"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["artifact.file"]
	item.data.role == "weights"
	object.get(item.data, "nested", false) == false
	object.get(item.data, "state", "?") != "verified"
	message := sprintf("%v is %v: not all of its bytes are accounted for%v.", [
		fact.entry(item), fact.text(item, "state"), reason(item),
	])
}

reason(item) := sprintf(" (%v)", [fact.text(item, "reason")]) if fact.optional(item, "reason") != ""

else := ""
