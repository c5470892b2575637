# METADATA
# title: Model comes from a source that is not approved
# description: >-
#   The policy lists the sources from which models may come. A model from elsewhere was
#   vetted by nobody, and what stands at an address can be replaced at any time.
# custom:
#   evidence: [refs.reference]
#   precision: very-high
#   security_severity: "6.5"
#   remediation: >-
#     Load the model from an approved source, or have the source added to
#     approved_sources.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["unapproved-source"]

import data.lib.config
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("unapproved-source", item)
	concerned(options.class, item)
	not approved(options.sources, item)
	message := sprintf("%v loads %v, which does not come from an approved source.", [item.data.loader, place(item)])
}

concerned(class, _) if class != "url"

# Without the registries that have models of their own, what is left is an address.
concerned("url", item) if not item.data.model.source in registries

registries := {"hf", "modelscope", "ollama", "kaggle", "mlflow", "wandb", "spacy", "catalog"}

approved(sources, item) if {
	item.source != ""
	count(sources) == 0
}

approved(sources, item) if item.source in sources

place(item) := item.data.model.url if {
	object.get(item.data.model, "url", "") != ""
} else := sprintf("%v (%v)", [item.data.id, item.data.model.source])
