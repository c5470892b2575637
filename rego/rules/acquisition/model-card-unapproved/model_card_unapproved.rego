# METADATA
# title: Model card is not approved
# description: >-
#   The policy asks that somebody has read the card of a model, its purpose, data and
#   limits, and has approved it. The approval holds for one digest: a changed card must
#   be read again.
# custom:
#   evidence: [refs.reference, artifact.file, review.approval]
#   absence: true
#   precision: very-high
#   security_severity: "2.0"
#   remediation: >-
#     Read the card, then enter its SHA-256, which the report has, under reviews with the
#     kind card. The card is fetched from the registry, so run the gate online.
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
	files := cards(item.data.model.source, item.model)
	not approved(files)
	message := sprintf("%v has no approved model card: %v.", [item.data.id, reason(files)])
}

approved(files) if {
	some card in files
	card.size > 0
	object.get(card, "sha256", "") in review.approved("card")
}

# The cards of the models: the files README.md in the folders of their registries.
cards(source, model) := [file.data |
	some file in input.about[source][model]["artifact.file"]
	endswith(file.at.path, ".md")
	regex.match(`(^|/)(README|readme)\.md$`, file.at.path)
]

reason([]) := "required, no evidence of a card"

reason(files) := words if {
	count(files) > 0
	words := state(files)
}

state(files) := "its card is empty" if {
	every card in files {
		card.size == 0
	}
} else := "no review of its digest is in force"
