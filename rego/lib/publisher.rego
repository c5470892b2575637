# METADATA
# title: Who publishes a model
# description: >-
#   Joins references with the owners of their models: those that the registry tells now,
#   or, where it was not asked, those that the lock has. A trusted publisher is one of the
#   policy's entries by id, since a name can change hands.
package lib.publisher

import data.lib.hub

# The publishers of a model: those that the registry tells, else those that the lock has.
of(item) := owners if {
	owners := hub.about(item)["hub.publisher"]
} else := owners if {
	not hub.about(item)["hub.model"]
	owners := [{"data": entry.data.owner} |
		some entry in hub.about(item)["lock.entry"]
		entry.data.owner.name != ""
	]
} else := []

trusted(owner) if {
	some entry in data.config.publishers
	entry.id != ""
	entry.id == owner.data.id
}
