# METADATA
# title: Archive has bytes outside of its entries
# description: >-
#   Something stands before, behind or between the entries of the archive, or in its
#   comment. Another reader may take that for the file.
# custom:
#   evidence: [archive.anomaly]
#   precision: high
#   security_severity: "5.0"
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
package rules.content["archive-hidden-bytes"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["archive.anomaly"]
	fact.field(item, "problem") in {"prefix", "suffix", "gap", "comment"}
	message := sprintf("%v has bytes outside of its entries (%v%v).", [fact.file(item), item.data.problem, detail(item)])
}

detail(item) := sprintf(": %v", [fact.text(item, "detail")]) if fact.optional(item, "detail") != ""

else := ""
