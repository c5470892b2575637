# METADATA
# title: Model has no passed test results
# description: >-
#   The policy asks for a signed statement that the test suite passed on exactly these
#   files.
# custom:
#   evidence: [refs.reference, attestation.test_result]
#   awaits: [attestation.test_result]
#   absence: true
#   precision: very-high
#   security_severity: "4.0"
#   remediation: >-
#     Run the tests, then waive the model with the result; this version reads no
#     attestations.
#   standards:
#     - cwe-511
#     - owasp-llm/LLM04:2025
#     - owasp-aisvs/3.2.2
#     - owasp-aisvs/6.1.4
#     - atlas/AML.T0018.000
#     - atlas/AML.T0020
package rules.verification["test-results-missing"]

import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not passed(item)
	message := sprintf("%v has no passed test results: required, no evidence.", [item.data.id])
}

passed(item) if {
	some result in hub.about(item)["attestation.test_result"]
	result.data.result == "PASSED"
	object.get(result.data, "signer", "") != ""
}
