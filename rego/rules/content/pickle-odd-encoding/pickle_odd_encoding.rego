# METADATA
# title: Pickle is written in a way that no pickler writes
# description: >-
#   The opcodes have forms or an order that Python's own pickler never produces.
#   Another program put them together, or a payload was spliced into a real checkpoint.
# custom:
#   evidence: [pickle.noncanonical]
#   precision: medium
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
package rules.content["pickle-odd-encoding"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.noncanonical"]
	message := sprintf("%v has a pickle that no pickler writes (%v).", [fact.file(item), fact.text(item, "form")])
}
