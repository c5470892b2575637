# METADATA
# title: Pickle gives a listed function an odd argument
# description: >-
#   Each function that writers of checkpoints use has a fixed signature. An argument of
#   another type is no checkpoint of a writer; the name may have been given another
#   function before.
# custom:
#   evidence: [pickle.argument]
#   precision: very-high
#   security_severity: "9.0"
#   remediation: >-
#     Do not load the file; use another copy of the model.
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
package rules.content["pickle-argument-type"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.argument"]
	message := sprintf("%v calls %v with an argument that no writer gives it: %v where %v belongs.", [fact.file(item), fact.text(item, "callee"), fact.text(item, "got"), fact.text(item, "want")])
}
