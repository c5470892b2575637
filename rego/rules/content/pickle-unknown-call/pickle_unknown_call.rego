# METADATA
# title: Pickle calls a function that is not listed
# description: >-
#   Reading the pickle calls a function that is not among those that writers of models
#   use. Lists of dangerous functions are never complete, so a call of an unlisted one
#   may be anything.
# custom:
#   evidence: [pickle.call]
#   precision: very-high
#   security_severity: "8.0"
#   remediation: >-
#     Convert the model to safetensors in an isolated place, or add the name to the option
#     allow after a review.
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
package rules.content["pickle-unknown-call"]

import data.lib.config
import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.call"]
	fact.field(item, "class") == "unknown"
	not fact.field(item, "callee") in config.options("pickle-unknown-call", item).allow
	message := sprintf("%v calls %v when it is loaded, a function that writers of models do not use.", [fact.file(item), fact.text(item, "text")])
}
