# METADATA
# title: Publisher is no longer a verified organization
# description: >-
#   The owner of the model was a verified organization when it was locked and is none
#   now. The registry takes the mark away when an organization loses its domain or stops
#   paying, or for abuse.
# custom:
#   evidence: [hub.publisher, lock.entry]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Find out why, and whether the account is still in the hands of whom you trusted;
#     then lock the model again.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0109
#     - atlas/AML.T0058
package rules.change["publisher-demoted"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.publisher"]
	item.data.verified == false
	some entry in input.about[object.get(item.data, "registry", "hf")][item.model]["lock.entry"]
	entry.data.owner.verified == true
	object.get(entry.data.owner, "id", "") == object.get(item.data, "id", "")
	message := sprintf("%v, which publishes %v, was a verified organization when it was locked and is none now.", [
		fact.text(item, "name"), item.model,
	])
}
