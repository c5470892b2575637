# METADATA
# title: Model file carries code
# description: >-
#   The file holds functions, scripts or commands beside its weights. They do not run
#   when the file is read, but whatever uses the object may run them.
# custom:
#   evidence: [rds.code, torch7.function, xml.script, embedded.command, safetensors.metadata, gguf.metadata, onnx.metadata]
#   precision: medium
#   security_severity: "5.0"
#   remediation: >-
#     Find out what the code is for, or use a copy in a format that holds data only.
#   standards:
#     - cwe-829
#     - cwe-506
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011
package rules.content["embedded-code"]

import data.lib.fact

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some kind in {"rds.code", "torch7.function", "xml.script", "embedded.command"}
	some item in input.evidence[kind]
	message := sprintf("%v carries code%v%v: %v.", [
		fact.entry(item),
		fact.quoted(" (%v)", item, "type"),
		fact.quoted(" under %q", item, "field"),
		fact.text(item, "text"),
	])
}

# A program in a metadata entry is there for somebody to write it out and start it. What
# else stands there, weights-hidden-bytes tells.
violations contains {"on": item, "message": message} if {
	some kind in {"safetensors.metadata", "gguf.metadata", "onnx.metadata"}
	some item in input.evidence[kind]
	trim_prefix(fact.field(item, "payload"), "base64 ") in {"elf", "pe", "mach-o", "pyc"}
	message := sprintf("%v carries a program (%v) in its metadata entry %q.", [fact.entry(item), item.data.payload, fact.text(item, "key")])
}

# Only what a custom layer or the like is given is likely to be run.
certainty(item) := {} if object.get(item.data, "evaluated", false) == true

else := {"at_most": "warn"}
