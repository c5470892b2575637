# METADATA
# title: File is not in the lock
# description: >-
#   The model has a file that the lock does not know, so nobody has looked at it.
# custom:
#   evidence: [checksum.file]
#   awaits: [checksum.file]
#   precision: very-high
#   security_severity: "6.0"
#   remediation: >-
#     Remove the file, or review it and lock the model again.
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
	fact.field(item, "state") == "extra"
	message := sprintf("%q is there but not in the lock.", [fact.text(item, "name")])
}
