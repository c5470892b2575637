# METADATA
# title: Hub's own scan is not done
# description: >-
#   The policy asks that the hub has scanned the model. Its scan is not done, or this
#   run could not ask for it.
# custom:
#   evidence: [refs.reference, hub.scan]
#   absence: true
#   precision: high
#   security_severity: "3.0"
#   remediation: >-
#     Wait for the scan and run the gate online again. A model whose scan never ends can
#     be waived.
#   standards:
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0058
#     - atlas/AML.T0011
#     - ssdf/RV.1.1
package rules.verification["hub-scan-pending"]

import data.lib.fact
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	item.data.model.source == "hf"
	not scanned(item)
	message := sprintf("%v must pass the scan of its hub: required, no evidence that it is done.", [item.data.id])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.scan"]
	item.data.done == true
	some file in fact.list(item, "files")
	file.level in {"pending", "queued", "unscanned", "error"}
	message := sprintf("%v of %v has no result in the scan of its hub: %v.", [file.path, item.model, file.level])
}

scanned(item) if {
	some scan in hub.about(item)["hub.scan"]
	scan.data.done == true
}
