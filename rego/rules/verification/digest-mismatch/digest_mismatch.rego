# METADATA
# title: File is not the one that was locked
# description: >-
#   The digest of the file differs from the one in the lock, or in a list of digests that
#   lies beside it. Somebody changed the file, at its source or on its way.
# custom:
#   evidence: [checksum.file]
#   precision: very-high
#   security_severity: "9.0"
#   remediation: >-
#     Find out who changed the file. If the change is meant, review it and lock it
#     again.
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
package rules.verification["digest-mismatch"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["checksum.file"]
	not fact.field(item, "state") in {"same", "missing", "extra"}
	message := sprintf("%q has the digest %v, but %v %v.", [
		fact.text(item, "name"), fact.text(item, "got"), fact.text(item, "want"), by(item),
	])
}

by(item) := "is locked" if {
	item.model != ""
} else := sprintf("is in %v", [fact.text(item, "by")])
