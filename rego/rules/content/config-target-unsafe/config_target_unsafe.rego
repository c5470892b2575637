# METADATA
# title: Configuration names code to call
# description: >-
#   The configuration of the model has a _target_, the name of a callable that its
#   framework imports and calls. This one is outside of the frameworks that models use.
# custom:
#   evidence: [hydra.target]
#   precision: very-high
#   security_severity: "9.0"
#   remediation: >-
#     Remove the target, or use another copy of the model.
#   standards:
#     - cwe-502
#     - cwe-94
#     - cwe-913
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
#     - atlas/AML.T0018.002
#     - ssdf/PW.4.1
package rules.content["config-target-unsafe"]

import data.lib.fact

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some item in input.evidence["hydra.target"]
	fact.field(item, "class") != "safe"
	message := sprintf("%v names %v, which is called when the model is loaded.", [fact.entry(item), fact.text(item, "name")])
}

certainty(item) := {"at_most": "warn"} if fact.field(item, "class") == "unknown"

else := {}
