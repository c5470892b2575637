# METADATA
# title: Model cannot be had from its registry
# description: >-
#   The registry has no such model or file, or does not give it to whoever asks: it is
#   gone, private, gated or disabled. What cannot be fetched was not looked at, and a
#   name that is gone can be taken by anybody.
# custom:
#   evidence: [hub.unavailable, hub.model, refs.reference]
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Reference a model that is there. For one that is gated or private, give the gate a
#     token that may read it.
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
package rules.acquisition["model-unavailable"]

import data.lib.fact
import data.lib.hub

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.unavailable"]
	words := meaning[item.data.reason]
	not hub.commit_gone(item)
	message := sprintf("%v %v%v.", [hub.subject(item), words, fact.quoted(": %v", item, "detail")])
}

meaning := {
	"not_found_or_private": "is not at its registry, or is private",
	"gated": "is gated",
	"disabled": "is disabled by its registry",
	"revision": "has no such revision",
	"entry": "has no such file",
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.model"]
	item.data.disabled == true
	message := sprintf("%v is disabled by its registry.", [item.model])
}
