# METADATA
# title: Model id is one that its registry cannot have
# description: >-
#   The registry has no model of such a name, so the load fails, or falls back to
#   something else. Often it is a typing error, a placeholder or a name that somebody
#   invented.
# custom:
#   evidence: [refs.reference]
#   precision: high
#   security_severity: "4.0"
#   remediation: >-
#     Write the id as the registry has it.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["invalid-model-id"]

import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	item.data.model.source == "hf"
	object.get(item.data.model, "url", "") == ""
	not valid(item.data.id)
	message := sprintf("%v loads %q, which no repository of the Hugging Face Hub can be named.", [item.data.loader, item.data.id])
}

valid(id) if {
	regex.match(`^([A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9_][A-Za-z0-9._-]*$`, id)
	not contains(id, "..")
	not contains(id, "--")
	not regex.match(`[-.]($|/)|\.git$`, id)
	every part in split(id, "/") {
		count(part) <= 96
	}
}
