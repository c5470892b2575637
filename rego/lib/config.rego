# METADATA
# title: The policy that applies to an item
# description: >-
#   Levels and options of a rule for an item of evidence, by the approved source of its
#   model and by the environment of its place.
package lib.config

level(id, found) := unsure(demanded(id, found.on)) if {
	object.get(found, "at_most", "deny") == "warn"
} else := demanded(id, found.on)

# An unsure finding is never more than a warning.
unsure(level) := "warn" if {
	level == "deny"
} else := level

# The level of a rule where it is the same for all items.
uniform(id) := rule.level[data.config.environment["default"]] if {
	rule := data.config.rules[id]
	count(rule.sources) == 0
	count(object.get(data.config.environment, "places", [])) == 0
}

demanded(id, item) := demand(id, item.source).level[environment(item.at.path)]

# What no line of the policy decides must not pass.
default demanded(_, _) := "deny"

options(id, item) := demand(id, item.source).options

demand(id, source) := object.get(data.config.rules[id].sources, source, data.config.rules[id])

# The first place that has the path decides.
environment(path) := here[0] if {
	here := [place.environment |
		some place in data.config.environment.places
		within(path, place.glob)
	]
	count(here) > 0
} else := data.config.environment["default"]

# The patterns of the policy are those of doublestar, where "**/" also means no folder.
within(path, pattern) if glob.match(replace(pattern, "**/", "{**/,}"), ["/"], path)
