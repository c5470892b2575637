# METADATA
# title: Registry gives reason to distrust it
# description: >-
#   The server ignored ranges, gave another size or other bytes than it had stated,
#   changed a file while it was read, or contradicts itself about when a model was made.
#   What it served to the gate need not be what it serves to the loader.
# custom:
#   evidence: [hub.server, reuse.contradiction]
#   precision: high
#   security_severity: "7.0"
#   remediation: >-
#     Try again. If it stays, check the endpoint and what lies between, and download the
#     model in full with `gate fetch`, which compares digests.
#   standards:
#     - cwe-345
#     - cwe-354
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
package rules.scan["registry-misbehaves"]

import data.lib.fact
import data.lib.hub

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.server"]
	message := sprintf("The registry of %v %v.", [hub.subject(item), trim_suffix(fact.text(item, "reason"), ".")])
}

# Not denied, since no document of the registry promises it.
violations contains {"on": item, "at_most": "warn", "message": message} if {
	some item in input.evidence["reuse.contradiction"]
	message := sprintf("The registry says that %v was made at %v, and by its identifier it was at %v.", [
		item.model, fact.text(item, "created"), fact.text(item, "time"),
	])
}
