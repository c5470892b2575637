# METADATA
# title: Model has not passed a security scan
# description: >-
#   The policy asks that each model was scanned before it is used, with its present
#   digests and not too long ago.
# custom:
#   evidence: [refs.reference, scan.record]
#   awaits: [scan.record]
#   absence: true
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Download the model, run `gate scan` on its folder, then waive the model with the
#     result; this version keeps no record of scans.
#   standards:
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0058
#     - atlas/AML.T0011
#     - ssdf/RV.1.1
package rules.verification["security-scan-missing"]

import data.lib.config
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("security-scan-missing", item)
	not passed(item.model, options.max_age_days)
	message := sprintf("%v has no passed security scan of the last %v days: required, no evidence.", [item.data.id, options.max_age_days])
}

passed(model, max_age) if {
	some record in input.evidence["scan.record"]
	record.model == model
	record.data.verdict == "pass"
	record.data.age_days <= max_age
}
