# METADATA
# title: Configuration has a decisive key twice
# description: >-
#   A key that decides what is loaded stands twice in one object. Readers take the
#   first or the last, so that a scanner and a loader may see different models.
# custom:
#   evidence: [config.duplicate, keras.duplicate]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Use another copy of the model, or remove one of the two.
#   standards:
#     - cwe-436
#     - cwe-646
#     - cwe-693
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0107
#     - atlas/AML.T0076
package rules.content["config-duplicate-key"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some kind in {"config.duplicate", "keras.duplicate"}
	some item in input.evidence[kind]
	message := sprintf("%v has the key %q twice, of which readers take different ones.", [fact.entry(item), fact.text(item, "name")])
}
