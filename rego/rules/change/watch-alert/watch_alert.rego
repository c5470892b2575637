# METADATA
# title: Locked model has changed at its registry
# description: >-
#   What the registry says of a locked model is no longer what the lock has: another
#   owner or repository stands under the name, the pinned commit is gone or has other
#   bytes, the branch has new files, or the model cannot be checked any more. The options
#   say how bad each type of alert is. Critical and high ones have the level of the rule,
#   the others never more than a warning.
# custom:
#   evidence: [watch.alert]
#   precision: high
#   security_severity: "8.0"
#   remediation: >-
#     Do what the message of the alert says, then run `gate lock --upgrade` for the model
#     to accept the change. docs/watch.md explains each type.
#   standards:
#     - cwe-494
#     - cwe-829
#     - cwe-345
#     - cwe-1357
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
#     - atlas/AML.T0109
#     - ssdf/PS.3.2
#     - ssdf/PW.4.1
package rules.change["watch-alert"]

import data.lib.config
import data.lib.fact

violations contains {"on": item, "message": message(item)} if {
	some item in input.evidence["watch.alert"]
	grave(item)
}

violations contains {"on": item, "message": message(item), "at_most": "warn"} if {
	some item in input.evidence["watch.alert"]
	not grave(item)
}

grave(item) if listed(item, "critical")

grave(item) if listed(item, "high")

# A model that nobody could check for some runs is as bad as one that changed.
grave(item) if {
	item.data.type == "CHECK_FAILED"
	item.data.runs >= config.options("watch-alert", item).escalate_after
}

# What no list has must not pass.
grave(item) if {
	not listed(item, "medium")
	not listed(item, "low")
}

listed(item, severity) if fact.field(item, "type") in config.options("watch-alert", item)[severity]

message(item) := sprintf("%v: %v%v", [fact.field(item, "type"), fact.field(item, "message"), more(item)])

more(item) := sprintf(" (%v)", [concat("; ", details)]) if {
	details := fact.list(item, "details")
	count(details) > 0
} else := ""
