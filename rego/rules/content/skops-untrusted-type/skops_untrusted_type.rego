# METADATA
# title: skops file names an untrusted type
# description: >-
#   A skops file names the types and functions that are made or called when it is
#   loaded; this one is not among those that models use.
# custom:
#   evidence: [skops.node]
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

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some item in input.evidence["skops.node"]
	message := sprintf("%v names %v%v, which skops makes or calls when it is loaded.", [
		fact.entry(item), fact.text(item, "name"),
		fact.quoted(" as %v", item, "loader"),
	])
}

# A class that is unknown is made without its constructor; skops asks before.
certainty(item) := {"at_most": "warn"} if {
	fact.field(item, "class") == "unknown"
	object.get(item.data, "called", true) == false
}

else := {}
