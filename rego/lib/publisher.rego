# METADATA
# title: Who publishes a model
# description: >-
#   Joins references with the owners of their models: those that the registry tells now,
#   or, where it was not asked, those that the lock has. A trusted publisher is one of the
#   policy's entries by id, since a name can change hands.
package lib.publisher

import data.lib.hub

# The publishers of a model.
of(item) := told(item) if {
	count(told(item)) > 0
} else := object.get(kept, [hub.named(item)], []) if {
	not hub.named(item) in hub.asked
} else := []

# Those that the registry tells.
told(item) := object.get(owners, [hub.named(item)], [])

owners := {model: found |
	some first in input.evidence["hub.publisher"]
	model := hub.about(first)
	found := [owner |
		some owner in input.evidence["hub.publisher"]
		hub.about(owner) == model
	]
}

# Those that the lock has.
kept := {model: found |
	some first in input.evidence["lock.entry"]
	model := hub.about(first)
	found := [{"data": entry.data.owner} |
		some entry in input.evidence["lock.entry"]
		hub.about(entry) == model
		entry.data.owner.name != ""
	]
}

trusted(owner) if {
	some entry in data.config.publishers
	entry.id != ""
	entry.id == owner.data.id
}
