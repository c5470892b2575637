# METADATA
# title: What registries and the lock say of models
# description: >-
#   Joins references with the answers of registries and with the lock. Two registries may
#   have models of one name, so that a model is told by both.
package lib.hub

# What a reference names.
named(item) := [item.data.model.source, item.model]

# What a fact is about.
about(item) := [object.get(item.data, "registry", "hf"), item.model]

# The models of which a registry gave an answer.
asked := {about(item) | some item in input.evidence["hub.model"]}

# Their answers by the model.
answers := {model: found |
	some first in input.evidence["hub.model"]
	model := about(first)
	found := [answer |
		some answer in input.evidence["hub.model"]
		about(answer) == model
	]
}

# A reference with the revision that it asks for, as the lock has it.
pinned(item) := array.concat(named(item), [revision(object.get(item.data.model, "revision", ""))])

# An entry of the lock, or a fact about one.
locked(item) := array.concat(about(item), [revision(object.get(item.data, "revision", ""))])

revision(text) := text if {
	text != ""
} else := "main"

# The words for a model that a registry was asked about.
subject(item) := item.data.id if {
	object.get(item.data, "id", "") != ""
} else := item.model if {
	item.model != ""
} else := item.at.path

# Whether a registry says that it does not have a full commit that the code asks for.
commit_gone(item) if {
	object.get(item.data, "reason", "") == "revision"
	some reference in input.evidence["refs.reference"]
	reference.at == item.at
	regex.match(`^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$`, object.get(reference.data.model, "revision", ""))
}
