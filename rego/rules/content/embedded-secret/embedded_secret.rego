# METADATA
# title: File of a model holds a secret
# description: >-
#   A key, token or password stands in a file that is passed on with the model.
# custom:
#   evidence: [secret.found]
#   precision: medium
#   security_severity: "6.0"
#   remediation: >-
#     Revoke the secret and remove it from the file and from the history.
#   standards:
#     - cwe-798
#     - owasp-llm/LLM02:2025
#     - atlas/AML.T0055
package rules.content["embedded-secret"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["secret.found"]
	message := sprintf("%v holds a secret (%v).", [fact.entry(item), fact.text(item, "type")])
}
