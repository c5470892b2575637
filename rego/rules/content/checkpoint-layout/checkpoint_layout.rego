# METADATA
# title: Checkpoint is not laid out as torch writes it
# description: >-
#   In a checkpoint each storage is one record of exactly its size, each tensor lies
#   within its storage, and there is one root folder. Anything else is memory
#   corruption in the loader, or two readings of one file.
# custom:
#   evidence: [torch.storage, torch.checkpoint, pickle.persistent-id]
#   precision: very-high
#   security_severity: "8.0"
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
package rules.content["checkpoint-layout"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["torch.storage"]
	fact.field(item, "problem") != ""
	message := sprintf("%v has a storage %q that does not fit the file: %v.", [fact.file(item), fact.text(item, "key"), problem(item)])
}

problem(item) := problems[item.data.problem] if problems[item.data.problem]

else := fact.text(item, "problem")

problems := {
	"missing": "its record is missing",
	"short": "its record is shorter than it says",
	"conflict": "the pickle describes it in two ways",
	"type": "its type is none of torch",
	"view": "a tensor reaches outside of it",
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.persistent-id"]
	fact.optional(item, "problem") != ""
	message := sprintf("%v names a storage in a way that torch does not: %v.", [fact.file(item), fact.text(item, "problem")])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["torch.checkpoint"]
	roots := fact.list(item, "roots")
	count(roots) > 1
	message := sprintf("%v has %v root folders, of which readers take different ones.", [fact.file(item), count(roots)])
}
