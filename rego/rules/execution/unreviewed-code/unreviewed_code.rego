# METADATA
# title: Code of the model is not reviewed
# description: >-
#   The policy asks that a person has reviewed and approved each Python file and each
#   library that comes with a model. An approval holds for one digest.
# custom:
#   evidence: [python.file, native.library, review.approval]
#   precision: very-high
#   security_severity: "7.0"
#   remediation: >-
#     Review the file and enter its SHA-256 under reviews with the kind code.
#   standards:
#     - cwe-829
#     - cwe-94
#     - cwe-494
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011.001
#     - ssdf/PW.4.1
package rules.execution["unreviewed-code"]

import data.lib.fact
import data.lib.review

violations contains {"on": item, "message": message} if {
	some kind in {"python.file", "native.library"}
	some item in input.evidence[kind]
	not object.get(item.data, "sha256", "") in review.approved("code")
	message := sprintf("%v is code that comes with a model, and no review of its digest is in force.", [fact.entry(item)])
}
