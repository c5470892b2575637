# METADATA
# title: File of weights carries something else
# description: >-
#   Bytes that no tensor uses, a name that stands twice, or a metadata entry that is a
#   program or an archive. No reader of the weights needs them; somebody else may.
# custom:
#   evidence: [safetensors.gap, safetensors.duplicate, safetensors.metadata, gguf.metadata, gguf.layout, onnx.metadata, flax.extension]
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Use another copy of the model, or write it again with its library.
#   standards:
#     - cwe-502
#     - cwe-354
#     - cwe-787
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0018.002
#     - atlas/AML.T0107
package rules.content["weights-hidden-bytes"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["safetensors.gap"]
	message := sprintf("%v has bytes %v to %v that no tensor uses (%v).", [
		fact.entry(item), fact.text(item, "from"), fact.text(item, "to"), fact.text(item, "place"),
	])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["gguf.layout"]
	fact.field(item, "problem") in {"padding", "tail"}
	message := sprintf("%v has bytes that no tensor uses (%v: %v where %v belong).", [
		fact.entry(item), item.data.problem, fact.text(item, "got"), fact.text(item, "want"),
	])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["safetensors.duplicate"]
	message := sprintf("%v has the name %q twice, of which readers take different ones.", [fact.entry(item), fact.text(item, "name")])
}

violations contains {"on": item, "message": message} if {
	some kind in {"safetensors.metadata", "gguf.metadata", "onnx.metadata"}
	some item in input.evidence[kind]
	fact.field(item, "payload") != ""
	message := sprintf("%v carries %v in its metadata entry %q.", [fact.entry(item), fact.text(item, "payload"), fact.text(item, "key")])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["flax.extension"]
	message := sprintf("%v has a value of the extension type %v, which Flax does not know.", [fact.entry(item), fact.text(item, "type")])
}
