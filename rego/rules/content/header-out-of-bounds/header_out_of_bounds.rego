# METADATA
# title: Header claims more than the file has
# description: >-
#   A count, shape or offset of the header lies outside of the file or overflows. A
#   reader that trusts it reads or writes memory that is not its own.
# custom:
#   evidence: [safetensors.tensor, gguf.tensor, gguf.layout, npy.header]
#   precision: very-high
#   security_severity: "7.0"
#   remediation: >-
#     Use another copy of the model; the file is damaged or made to break its reader.
#   standards:
#     - cwe-502
#     - cwe-354
#     - cwe-787
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0018.002
#     - atlas/AML.T0107
package rules.content["header-out-of-bounds"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some kind in {"safetensors.tensor", "gguf.tensor", "npy.header"}
	some item in input.evidence[kind]
	claims_more(item)
	message := sprintf("%v claims %v for its %v%v, but the limit is %v.", [
		fact.entry(item), fact.text(item, "claims"), fact.text(item, "field"), fact.quoted(" of %q", item, "name"), fact.text(item, "limit"),
	])
}

# Every array has a header; a tensor is stated only where it claims too much.
claims_more(item) if item.kind != "npy.header"

claims_more(item) if fact.optional(item, "field") != ""

violations contains {"on": item, "message": message} if {
	some item in input.evidence["gguf.layout"]
	not fact.field(item, "problem") in {"padding", "tail"}
	message := sprintf("%v has a tensor %q at %v where its sizes put it at %v.", [
		fact.entry(item), fact.text(item, "name"), fact.text(item, "got"), fact.text(item, "want"),
	])
}
