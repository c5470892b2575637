# METADATA
# title: Who publishes a model
# description: >-
#   Joins references with what the hub says of the owners of their namespaces. A trusted
#   publisher is one of the policy's entries by id, since a name can change hands.
package lib.publisher

# The publishers of a model.
of(item) := object.get(named, lower(object.get(item.data.model, "namespace", "")), [])

named := {name: owners |
	some first in input.evidence["hub.publisher"]
	name := lower(first.data.name)
	owners := [owner |
		some owner in input.evidence["hub.publisher"]
		lower(owner.data.name) == name
	]
}

trusted(owner) if {
	some entry in data.config.publishers
	entry.id != ""
	entry.id == owner.data.id
}
