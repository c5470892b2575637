# METADATA
# title: Requirements of a model install from elsewhere
# description: >-
#   The requirements that are shipped with the model name an address, a repository of
#   code or an index of their own. Installing them runs what that place serves.
# custom:
#   evidence: [packages.source]
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Take the package from an index that you trust, with its version and hash.
#   standards:
#     - cwe-829
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
package rules.content["package-from-elsewhere"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["packages.source"]
	message := sprintf("%v installs %v from %v (%v).", [
		fact.entry(item), subject(item), fact.text(item, "location"), fact.text(item, "option"),
	])
}

subject(item) := fact.text(item, "name") if fact.optional(item, "name") != ""

else := "packages"
