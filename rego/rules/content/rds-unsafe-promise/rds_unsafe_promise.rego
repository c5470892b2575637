# METADATA
# title: R file holds a promise
# description: >-
#   A promise is code that R evaluates as soon as the object is touched.
# custom:
#   evidence: [rds.promise]
#   precision: very-high
#   security_severity: "9.0"
#   remediation: >-
#     Use another copy of the data in a format without code.
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
package rules.content["rds-unsafe-promise"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["rds.promise"]
	message := sprintf("%v holds a promise that R runs when it reads the object: %v.", [fact.entry(item), fact.text(item, "text")])
}
