# METADATA
# title: Weights have an unknown format
# description: >-
#   No inspector knows the format of this file of weights, so nothing is known of what
#   loading it does.
# custom:
#   evidence: [artifact.file]
#   precision: high
#   security_severity: "2.0"
#   remediation: >-
#     Use a format that the gate reads, or waive the file after a review.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.serialization["unknown-format"]

import data.lib.fact
import data.lib.format

violations contains {"on": item, "message": message} if {
	some item in input.evidence["artifact.file"]
	format.unknown(item)
	format.weights(item)
	message := sprintf("%v is a file of weights in a format that the gate does not know.", [fact.entry(item)])
}
