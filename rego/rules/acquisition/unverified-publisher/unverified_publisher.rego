# METADATA
# title: Publisher is not a verified organization
# description: >-
#   Anybody can open an account under any free name. A verified organization has shown
#   to the registry who it is; a trusted publisher is listed in the policy by its id,
#   which unlike its name cannot change hands.
# custom:
#   evidence: [refs.reference, hub.publisher, hub.model, lock.entry]
#   absence: true
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Use a model of a verified organization, or have its publisher entered under
#     publishers by id. Offline, the owner that the lock has counts.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["unverified-publisher"]

import data.lib.publisher
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	count(publisher.of(item)) > 0
	not vouched(item)
	message := sprintf("%v is published by %v, which is not a verified organization.", [item.data.id, publisher.of(item)[0].data.name])
}

violations contains {"on": item, "message": message} if {
	some item in use.remote
	count(publisher.of(item)) == 0
	message := sprintf("%v must come from a verified organization: required, no evidence of its publisher.", [item.data.id])
}

# All that the hub says of the owner must vouch for it.
vouched(item) if {
	every owner in publisher.of(item) {
		vouches(owner)
	}
}

vouches(owner) if {
	owner.data.type == "org"
	owner.data.verified == true
}

vouches(owner) if publisher.trusted(owner)
