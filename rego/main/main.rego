# METADATA
# title: What breaks the policy
# description: >-
#   The only place where a finding gets its level and its waiver. A rule says what is
#   wrong and where; data.config says how much that matters there.
package main

import data.lib.config
import data.lib.waiver

# A rule that is undefined, or a finding that cannot be judged, leaves its rule without
# an answer, which the caller takes for a failure.

# Findings that all have one level and no waiver, which is most of them, are judged at
# once: the level of the unsure ones is said apart.
violations[id] := {"found": findings(id, rule), "level": level, "unsure": config.unsure(level)} if {
	some id, rule in data.config.rules
	level := common_level(id)
}

violations[id] := {"judged": judged} if {
	some id, rule in data.config.rules
	not common_level(id)
	found := findings(id, rule)
	judged := [verdict(id, finding) | some finding in found]
	count(judged) == count(found)
}

common_level(id) := config.uniform(id) if not waiver.possible(id)

findings(id, rule) := data.rules[rule.section][id].violations if not rule.custom

findings(id, rule) := data.custom.rules[rule.section][id].violations if rule.custom

verdict(id, found) := {
	"on": found.on,
	"message": found.message,
	"related": object.get(found, "related", []),
	"level": config.level(id, found),
	"waived": waiver.covering(id, found.on),
}
