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

# The first waiver of the policy that covers the item, else the comment that does, else
# null.
covering(id, item) := fitting[0] if {
	count(of_rule[id]) > 0
	fitting := [waiver |
		some waiver in of_rule[id]
		fits(waiver, item)
	]
	count(fitting) > 0
} else := commented[0] if {
	commented := in_line(id, item)
	count(commented) > 0
} else := null

of_rule[id] := waivers if {
	some id, _ in data.config.rules
	not id in never
	waivers := [fact.data |
		some fact in input.evidence["policy.waiver"]
		fact.data.rule == id
		fact.data.days_left >= 0
		usable(id, fact.data)
	]
}

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
}

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
