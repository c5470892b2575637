# METADATA
# title: Archive has headers that some readers refuse
# description: >-
#   Flags, a checksum, a version, a link or a method of the archive make one reader
#   stop and another go on. A scanner that stops has not read what a loader loads.
# custom:
#   evidence: [archive.anomaly]
#   precision: medium
#   security_severity: "4.0"
#   remediation: >-
#     Pack the model again, or use another copy.
#   standards:
#     - cwe-436
#     - cwe-646
#     - cwe-693
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0107
#     - atlas/AML.T0076
package rules.content["archive-odd-header"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["archive.anomaly"]
	not fact.field(item, "problem") in {"prefix", "suffix", "gap", "comment"}
	message := sprintf("%v has an entry %q that readers take differently (%v).", [
		fact.file(item), fact.text(item, "name"), fact.text(item, "problem"),
	])
}
