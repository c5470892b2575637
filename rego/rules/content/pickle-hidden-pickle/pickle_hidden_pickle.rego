# METADATA
# title: Pickle carries another one in a constant
# description: >-
#   A text or bytes constant of the pickle is itself a pickle with imports, or an
#   archive. Nothing in the file loads it, but other code may, and no weights look like
#   that.
# custom:
#   evidence: [pickle.nested]
#   precision: high
#   security_severity: "6.0"
#   remediation: >-
#     Use another copy of the model, or find out what reads the constant.
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
package rules.content["pickle-hidden-pickle"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.nested"]
	message := sprintf("%v hides a %v in a constant (%v, %v).", [fact.file(item), fact.text(item, "content"), fact.text(item, "encoding"), inside(item)])
}

inside(item) := sprintf("with %v", [fact.clip(concat(", ", fact.list(item, "imports")))]) if {
	count(fact.list(item, "imports")) > 0
} else := sprintf("class %v", [fact.field(item, "class")])
