# METADATA
# title: Model stands in a personal namespace
# description: >-
#   A namespace of a person has one account behind it and no organization that answers
#   for it. The policy asks for organizations, or for persons whom it lists by id.
# custom:
#   evidence: [refs.reference, hub.publisher, hub.model, lock.entry]
#   absence: true
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Use the model of an organization, or have the person entered under publishers by
#     id. Offline, the owner that the lock has counts.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["personal-namespace"]

import data.lib.fact
import data.lib.publisher
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in named
	some owner in publisher.of(item)
	fact.optional(owner, "type") != "org"
	not publisher.trusted(owner)
	message := sprintf("%v belongs to %v, a personal account and not an organization.", [item.data.id, owner.data.name])
}

violations contains {"on": item, "message": message} if {
	some item in named
	count(publisher.of(item)) == 0
	message := sprintf("%v may belong to a personal account: required, no evidence of its publisher.", [item.data.id])
}

# The models of the hub that have an owner.
named := [item |
	some item in use.remote
	item.data.model.source == "hf"
	object.get(item.data.model, "namespace", "") != ""
]
