# METADATA
# title: Model description has an external entity
# description: >-
#   The XML declares entities that its reader fetches from files or addresses, or
#   expands without end.
# custom:
#   evidence: [pmml.entity]
#   precision: very-high
#   security_severity: "7.5"
#   remediation: >-
#     Remove the declarations, or use another copy of the model.
#   standards:
#     - cwe-611
#     - cwe-829
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
package rules.content["xml-external-entity"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pmml.entity"]
	message := sprintf("%v declares the entity %q%v, which its reader fetches or expands.", [
		fact.entry(item), fact.text(item, "name"),
		fact.quoted(" from %q", item, "system"),
	])
}
