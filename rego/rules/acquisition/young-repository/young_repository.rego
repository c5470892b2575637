# METADATA
# title: Model or its owner is very young
# description: >-
#   Attackers open accounts and repositories for one campaign, and downloads can be
#   bought within hours. Age cannot.
# custom:
#   evidence: [refs.reference, hub.model, hub.publisher]
#   absence: true
#   precision: medium
#   security_severity: "4.0"
#   remediation: >-
#     Wait, or use an established model. The age is asked of the registry, so run the
#     gate online; a young model that you know can be waived.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["young-repository"]

import data.lib.config
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("young-repository", item)
	some answer in hub.about(item)["hub.model"]
	age := object.get(answer.data, "age_days", -1)
	age < options.min_days
	message := sprintf("%v is %v, the policy asks for at least %v days.", [item.data.id, old(age), options.min_days])
}

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("young-repository", item)
	some owner in hub.about(item)["hub.publisher"]
	age := object.get(owner.data, "age_days", -1)
	age < options.min_owner_days
	message := sprintf("%v belongs to %v, whose account is %v; the policy asks for at least %v days.", [
		item.data.id, owner.data.name, old(age), options.min_owner_days,
	])
}

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not hub.about(item)["hub.model"]
	message := sprintf("%v must be at least %v days old: required, no evidence of its age.", [
		item.data.id, config.options("young-repository", item).min_days,
	])
}

old(age) := "of unknown age" if {
	age < 0
} else := sprintf("%v days old", [age])
