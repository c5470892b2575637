# METADATA
# title: What registries and the lock say of models
# description: >-
#   Joins references with the answers of registries and with the lock. Two registries may
#   have models of one name, so that a model is told by both: input.about has the facts by
#   registry, model and kind, and no rule need search for them.
package lib.hub

# The facts about the model of a reference, by their kinds.
about(item) := facts if {
	facts := input.about[item.data.model.source][item.model]
} else := {}

# Those of a kind that are about the revision that the reference asks for, as the lock
# has it.
pinned(item, kind) := [fact |
	some fact in about(item)[kind]
	revision(fact.data) == revision(item.data.model)
]

revision(of) := of.revision if {
	object.get(of, "revision", "") != ""
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
	item.at in pinning
}

# The places of references that ask for a full commit.
pinning := {item.at |
	some item in input.evidence["refs.reference"]
	regex.match(`^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$`, object.get(item.data.model, "revision", ""))
}
