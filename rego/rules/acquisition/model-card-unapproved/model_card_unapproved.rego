# METADATA
# title: Model card is not approved
# description: >-
#   The policy asks that somebody has read the card of a model, its purpose, data and
#   limits, and has approved it. The approval holds for one digest: a changed card must
#   be read again.
# custom:
#   evidence: [refs.reference, modelcard.card, review.approval]
#   awaits: [modelcard.card]
#   absence: true
#   precision: very-high
#   security_severity: "2.0"
#   remediation: >-
#     Read the card, then waive the model with who approved it; this version fetches
#     no cards.
#   standards:
#     - cwe-1395
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.1
#     - owasp-aisvs/6.2.1
#     - atlas/AML.M0023
package rules.acquisition["model-card-unapproved"]

import data.lib.review
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not approved(item.model)
	message := sprintf("%v has no approved model card: %v.", [item.data.id, reason(item.model)])
}

approved(model) if {
	some card in cards[model]
	object.get(card, "empty", true) == false
	object.get(card, "sha256", "") in review.approved("card")
}

cards := {model: found |
	some first in input.evidence["modelcard.card"]
	model := first.model
	found := [item.data | some item in input.evidence["modelcard.card"]; item.model == model]
}

reason(model) := "required, no evidence of a card" if {
	not cards[model]
} else := "its card is empty" if {
	every card in cards[model] {
		object.get(card, "empty", true) == true
	}
} else := "no review of its digest is in force"
