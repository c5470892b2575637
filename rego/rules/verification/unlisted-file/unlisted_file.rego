# METADATA
# title: File of the model is not in the lock
# description: >-
#   The registry lists a file that the lock does not have at the same commit. Nobody
#   looked at it when the model was locked, and a loader may take it.
# custom:
#   evidence: [checksum.file]
#   precision: very-high
#   security_severity: "6.0"
#   remediation: >-
#     Look at the file, then run `gate lock --upgrade` for the model.
#   standards:
#     - cwe-353
#     - cwe-354
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
#     - atlas/AML.T0109
#     - ssdf/PS.2.1
package rules.verification["unlisted-file"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["checksum.file"]
	item.data.state == "extra"
	message := sprintf("%q of %v is not in the lock.", [fact.text(item, "name"), item.model])
}
