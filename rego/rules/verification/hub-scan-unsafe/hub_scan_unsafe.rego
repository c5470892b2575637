# METADATA
# title: Hub's own scan calls the model unsafe
# description: >-
#   The scanners of the hub found something in a file of the model. That they find
#   nothing proves nothing.
# custom:
#   evidence: [hub.scan]
#   precision: high
#   security_severity: "8.0"
#   remediation: >-
#     Use another model, or another revision of this one.
#   standards:
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0058
#     - atlas/AML.T0011
#     - ssdf/RV.1.1
package rules.verification["hub-scan-unsafe"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.scan"]
	some file in fact.list(item, "files")
	level := object.get(file, "level", "of no known level")
	not level in {"safe", "suspicious", "caution", "pending", "queued", "unscanned", "error"}
	message := sprintf("%v of %v is %v by the scan of its hub.", [file.path, item.model, level])
}

violations contains {"on": item, "message": message, "at_most": "warn"} if {
	some item in input.evidence["hub.scan"]
	some file in fact.list(item, "files")
	file.level in {"suspicious", "caution"}
	message := sprintf("%v of %v is suspicious by the scan of its hub.", [file.path, item.model])
}
