# METADATA
# title: skops file names an untrusted type
# description: >-
#   A skops file names the types and functions that are made or called when it is
#   loaded; this one is not among those that models use.
# custom:
#   evidence: [skops.node]
#   awaits: [skops.node]
#   precision: high
#   security_severity: "8.5"
#   remediation: >-
#     Review the type and pass it as trusted, or use another copy of the model.
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
package rules.content["skops-untrusted-type"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["skops.node"]
	message := sprintf("%v names %v, which skops makes or calls when it is loaded.", [fact.entry(item), fact.text(item, "name")])
}
