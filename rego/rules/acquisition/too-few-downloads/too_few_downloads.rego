# METADATA
# title: Model has too few downloads
# description: >-
#   A model that few have used was examined by few. Downloads are no proof, since they
#   can be bought; the policy asks for the age of the repository too.
# custom:
#   evidence: [refs.reference, hub.model]
#   absence: true
#   precision: medium
#   security_severity: "3.0"
#   remediation: >-
#     Use a model with more downloads. They are asked of the registry, so run the gate
#     online; a model that you know can be waived.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["too-few-downloads"]

import data.lib.config
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("too-few-downloads", item)
	some answer in hub.about(item)["hub.model"]
	downloads := object.get(answer.data, "downloads", 0)
	downloads < options.min
	message := sprintf("%v has %v downloads, the policy asks for at least %v.", [item.data.id, downloads, options.min])
}

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not hub.about(item)["hub.model"]
	message := sprintf("%v must have at least %v downloads: required, no evidence of their number.", [
		item.data.id, config.options("too-few-downloads", item).min,
	])
}
