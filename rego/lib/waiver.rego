# METADATA
# title: The waiver that covers an item
# description: >-
#   A waiver names one rule, and a model or a path or both; it covers what fits all that
#   it names until the end of its last day. A comment in the source covers its line, for
#   the rules that the policy leaves to comments.
package lib.waiver

import data.lib.config

# What must not be excused, since a waiver could hide that the waivers themselves changed.
never := {"policy-changed", "waiver-expired", "waiver-expiring", "digest-mismatch"}

# What says that the gate was blind can be excused only for a path.
by_path := {"scan-incomplete"}

# What says that bytes were not read, or not understood. Those that a change adds or edits
# are others than the ones that were excused, unless the waiver names them.
blind := {"scan-incomplete", "unparsed-source", "malformed-file"}

# Whether anything of a rule may be waived at all.
possible(id) if index[id]

possible(id) if left_to_comments(id)

# The first waiver of the policy that covers the item, else the comment that does, else
# null.
covering(id, item) := min(fitting)[1] if {
	index[id]
	fitting := {candidate |
		some name in names(item)
		some candidate in index[id][name]
		fits(candidate[1], item)
	}
	count(fitting) > 0
} else := commented[0] if {
	commented := in_line(id, item)
	count(commented) > 0
} else := null

# The waivers that are in force, with their places in the list, by rule and by what they
# name, so that an item is not compared with all of them.
in_force[fact.data.rule][naming(fact.data)] contains [i, fact.data] if {
	some i, fact in input.evidence["policy.waiver"]
	not fact.data.rule in never
	fact.data.days_left >= 0
	usable(fact.data.rule, fact.data)
}

# All at once: asked by a key, the rule above would go through the waivers for each.
index := in_force

# A model or a path as it is, and one name for all patterns.
naming(waiver) := waiver.model if {
	waiver.model
} else := waiver.path if {
	not regex.match(`[*?\[\]{}\\]`, waiver.path)
} else := "*"

names(item) := {"*", item.at.path, outermost(item)} | titles(item)

usable(id, _) if not id in by_path

usable(_, waiver) if waiver.path

fits(waiver, item) if {
	names_something(waiver)
	fits_model(waiver, item)
	fits_path(waiver, item)
	fits_digest(waiver, item)
	fits_environment(waiver, item)
	not unseen(waiver, item)
}

# Comments that cover the item, as waivers that do not expire.
in_line(id, item) := [waiver |
	some comment in comments[id]
	comment.at.path == item.at.path
	comment.data.line == item.at.line
	waiver := {
		"rule": id,
		"path": item.at.path,
		"reason": comment.data.reason,
		"approved_by": "in-line comment",
		"expires": "",
	}
]

# The comments that count, by the rule that they waive.
comments[id] := counting if {
	some id in data.config.inline
	counting := [comment |
		some comment in input.evidence["policy.ignore"]
		id in comment.data.rules
		counts(id, comment)
	]
}

# Whether the policy lets a comment waive a rule, and the comment says why and where.
counts(id, comment) if {
	left_to_comments(id)
	comment.data.reason != ""
	comment.data.line > 0
	not proposed(comment)
}

# A comment that a change adds asks, and does not decide.
proposed(comment) if comment.data.added

left_to_comments(id) if {
	id in data.config.inline
	not id in never
}

unseen(waiver, item) if {
	waiver.rule in blind
	item.data.added
	not waiver.digest
}

names_something(waiver) if waiver.model

names_something(waiver) if waiver.path

fits_model(waiver, _) if not waiver.model

fits_model(waiver, item) if {
	item.model != ""
	waiver.model in titles(item)
}

# What a waiver may call the model of an item: a plain id is one of the Hugging Face Hub, as
# two registries may have models of one name; a URL tells itself where it is.
titles(item) := {title |
	some id in {item.model, sprintf("%s@%s", [item.model, revision(item)])}
	some title in spellings(id, registry(item))
}

spellings(id, source) := {sprintf("%s:%s", [source, id])} | {id | plain(id, source)}

plain(_, "hf")

plain(id, _) if contains(id, "://")

# The registry of an item: the one that it states, or that its place names, or from which
# that place, or else any other, references the model.
registry(item) := item.data.model.source if {
	item.data.model.source != ""
} else := item.data.registry if {
	item.data.registry != ""
} else := split(item.at.path, ":")[0] if {
	contains(split(item.at.path, "/")[0], ":")
} else := only(here) if {
	here := by_place[[item.model, item.at.path, object.get(item.at, "line", 0)]]
} else := only({source | some source; input.about[source][item.model]})

# One registry of some: not known of several, and the Hub where nothing tells it.
only(set()) := "hf"

only(sources) := min(sources) if count(sources) == 1

only(sources) := "?" if count(sources) > 1

# The registries from which a line references a model.
referenced[[item.model, place.path, object.get(place, "line", 0)]] contains item.data.model.source if {
	some item in input.evidence["refs.reference"]
	some place in array.concat([item.at], object.get(item.data, "loaded_at", []))
}

by_place := referenced

revision(item) := item.data.model.revision

default revision(_) := ""

fits_path(waiver, _) if not waiver.path

fits_path(waiver, item) if {
	some path in {item.at.path, outermost(item)}
	config.within(path, waiver.path)
}

fits_digest(waiver, _) if not waiver.digest

fits_digest(waiver, item) if [outermost(item), trim_prefix(waiver.digest, "sha256:")] in digests

fits_environment(waiver, _) if not waiver.environment

fits_environment(waiver, item) if waiver.environment == config.environment(item.at.path)

outermost(item) := split(item.at.path, "!")[0]

digests := {[item.at.path, item.data.sha256] |
	some kind in {"artifact.file", "artifact.committed"}
	some item in input.evidence[kind]
}
