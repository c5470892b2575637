# METADATA
# title: Change brings in what cannot be read
# description: >-
#   The change adds or edits a source that speaks of models and that no parser reads, or
#   brings in files by a way that is not followed. What it loads is not known, and whoever
#   proposes a change can make it readable.
# custom:
#   evidence: [refs.unparsed]
#   precision: high
#   security_severity: "6.0"
#   remediation: >-
#     Repair the syntax of the file, bring files in over https or ssh, or have the file
#     waived by its path.
#   standards:
#     - cwe-693
#     - cwe-829
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
package rules.change["unparsed-change"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["refs.unparsed"]
	item.data.added
	message := sprintf("The change adds or edits %v, which could not be parsed as %v: %v.", [
		item.at.path, fact.text(item, "language"), fact.text(item, "reason"),
	])
}
