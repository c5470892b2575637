# METADATA
# title: Words for messages
# description: >-
#   What a fact is about, in the words of a message. A missing field never makes a rule
#   undefined, since undefined would be silence.
package lib.fact

# A field of a fact, or "?".
field(item, name) := object.get(item.data, name, "?")

# A field that says nothing where it is missing.
optional(item, name) := object.get(item.data, name, "")

# A field that is a list, which may be missing or null.
list(item, name) := item.data[name] if is_array(item.data[name])

else := []

# A field as text that fits in a message.
text(item, name) := words if {
	words := item.data[name]
	is_string(words)
	count(words) <= 160
} else := clip(sprintf("%v", [field(item, name)]))

# A quoted field in a format of its own, or nothing where the field says nothing.
quoted(form, item, name) := sprintf(form, [text(item, name)]) if optional(item, name) != ""

else := ""

clip(words) := words if {
	count(words) <= 160
} else := concat("", [substring(words, 0, 157), "..."])

# The file that a user knows, without what is inside of it.
file(item) := split(item.at.path, "!")[0]

# Either the file, or the entry of the container and the container.
entry(item) := item.at.path if {
	not contains(item.at.path, "!")
} else := sprintf("%s in %s", [concat("!", array.slice(parts, 1, count(parts))), parts[0]]) if {
	parts := split(item.at.path, "!")
}

# What a rule is violated by where nothing was stated at all: the policy itself.
nothing := {"kind": "", "at": {"path": object.get(input, "policy", "")}, "data": {}, "model": "", "source": ""}
