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

names(item) := {"*", item.model, sprintf("%s@%s", [item.model, revision(item)]), item.at.path, outermost(item)}

usable(id, _) if not id in by_path

usable(_, waiver) if waiver.path

fits(waiver, item) if {
	names_something(waiver)
	fits_model(waiver, item)
	fits_path(waiver, item)
	fits_digest(waiver, item)
	fits_environment(waiver, item)
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

names_something(waiver) if waiver.model

names_something(waiver) if waiver.path

fits_model(waiver, _) if not waiver.model

fits_model(waiver, item) if {
	item.model != ""
	waiver.model in {item.model, sprintf("%s@%s", [item.model, revision(item)])}
}

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
