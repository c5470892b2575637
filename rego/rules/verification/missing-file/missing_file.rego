# METADATA
# title: Locked file is missing
# description: >-
#   The lock has a file that is not there.
# custom:
#   evidence: [checksum.file]
#   awaits: [checksum.file]
#   precision: very-high
#   security_severity: "6.0"
#   remediation: >-
#     Restore the file, or lock the model again.
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
package rules.verification["missing-file"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["checksum.file"]
	fact.field(item, "state") == "missing"
	message := sprintf("%q is in the lock but not there.", [fact.text(item, "name")])
}
