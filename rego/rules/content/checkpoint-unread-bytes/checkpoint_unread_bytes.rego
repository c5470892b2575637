# METADATA
# title: Checkpoint has bytes that nothing reads
# description: >-
#   Each byte of a checkpoint belongs to a storage, to the pickle or to a few small
#   records. Others were put there by somebody, for another reader to find.
# custom:
#   evidence: [archive.unread]
#   precision: high
#   security_severity: "7.0"
#   remediation: >-
#     Use another copy of the model, or write it again with torch.save.
#   standards:
#     - cwe-502
#     - cwe-354
#     - cwe-787
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0018.002
#     - atlas/AML.T0107
package rules.content["checkpoint-unread-bytes"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["archive.unread"]
	message := sprintf("%v has %v bytes in %q that no reader of the checkpoint reads.", [fact.file(item), fact.text(item, "size"), fact.text(item, "name")])
}
