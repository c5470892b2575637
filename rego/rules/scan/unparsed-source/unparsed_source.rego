# METADATA
# title: Source file could not be parsed
# description: >-
#   Only the words of the file were looked at, so that loads and references may be
#   missed. Where a proposed change adds or edits the file, unparsed-change judges it too.
# custom:
#   evidence: [refs.unparsed]
#   precision: high
#   security_severity: "2.0"
#   remediation: >-
#     Repair the syntax of the file, or waive it by its path.
#   standards:
#     - cwe-409
#     - cwe-770
#     - cwe-400
#     - owasp-llm/LLM10:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0029
package rules.scan["unparsed-source"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["refs.unparsed"]
	message := sprintf("%v could not be parsed as %v: %v.", [item.at.path, fact.text(item, "language"), fact.text(item, "reason")])
}
