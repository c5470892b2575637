# METADATA
# title: Waiver expires soon
# description: >-
#   The finding that the waiver excuses will count again in a few days.
# custom:
#   evidence: [policy.waiver]
#   precision: very-high
#   security_severity: "1.0"
#   remediation: >-
#     Remove what the waiver excuses, or have the waiver approved again.
#   standards:
#     - cwe-693
#     - cwe-284
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
package rules.change["waiver-expiring"]

import data.lib.config
import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["policy.waiver"]
	item.data.days_left >= 0
	item.data.days_left <= config.options("waiver-expiring", item).days
	message := sprintf("The waiver of %v expires in %v days, on %v.", [fact.text(item, "rule"), fact.text(item, "days_left"), fact.text(item, "expires")])
}
