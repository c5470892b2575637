# METADATA
# title: Locked file is not there
# description: >-
#   The lock, or a list of digests beside the model, names a file that is missing.
#   Loaders take another file instead of it, or fail.
# custom:
#   evidence: [checksum.file]
#   precision: very-high
#   security_severity: "6.0"
#   remediation: >-
#     Find out who removed the file. If that is meant, lock the model again or correct
#     the list.
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
	item.data.state == "missing"
	message := sprintf("%q is named by %v and is not there.", [fact.text(item, "name"), fact.text(item, "by")])
}
