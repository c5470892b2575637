# METADATA
# title: File is broken
# description: >-
#   The file does not follow the grammar of its format. Loaders stop at different
#   places of a broken file, and what they have done by then is done.
# custom:
#   evidence: ["*.malformed"]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Use another copy of the file; if a library wrote it so, report that to its
#     authors.
#   standards:
#     - cwe-502
#     - cwe-354
#     - cwe-787
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0018.002
#     - atlas/AML.T0107
package rules.scan["malformed-file"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some kind, items in input.evidence
	endswith(kind, ".malformed")
	some item in items
	message := sprintf("%v is not a valid %v file: %v.", [fact.entry(item), trim_suffix(kind, ".malformed"), fact.text(item, "reason")])
}
