# METADATA
# title: Files of a model contradict each other
# description: >-
#   Two files of the model say different things of it: its configuration and the shapes of
#   its weights, two files of its tokenizer, an adapter and its card. Each library believes
#   another of them, and the model was put together from parts that do not belong together.
# custom:
#   evidence: [config.contradiction, tokenizer.contradiction, adapter.contradiction, quantization.contradiction]
#   precision: high
#   security_severity: "4.0"
#   remediation: >-
#     Ask the publisher which of the two is meant, or use another copy of the model.
#   standards:
#     - cwe-345
#     - cwe-354
#     - cwe-436
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.1
#     - owasp-aisvs/3.2.2
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0074
#     - atlas/AML.T0010.003
package rules.content["config-contradiction"]

import data.lib.fact

violations contains {"on": item, "message": message(item)} if {
	some kind in {"config.contradiction", "tokenizer.contradiction", "adapter.contradiction", "quantization.contradiction"}
	some item in input.evidence[kind]
}

message(item) := sprintf("%v gives %v as %v, but there is no %v.", [
	fact.entry(item), fact.text(item, "field"), fact.text(item, "says"), fact.text(item, "file"),
]) if fact.optional(item, "other") == ""

else := sprintf("%v gives %v as %v, but %v has %v.", [
	fact.entry(item), fact.text(item, "field"), fact.text(item, "says"), fact.text(item, "file"), fact.text(item, "other"),
])
