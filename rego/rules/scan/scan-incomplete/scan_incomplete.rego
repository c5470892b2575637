# METADATA
# title: Something was not read to its end
# description: >-
#   The gate could not read all of this: a limit was spent, a part is encrypted or
#   missing, or a registry did not answer. What was not read may be anything, so it
#   does not pass. A model of a source of low trust must be read in full, and not by
#   ranges. That no registry was to be asked, or that there is no client for one, is said
#   by the report.
# custom:
#   evidence: [scan.incomplete, scan.symlink, hub.unavailable, artifact.file]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Repair the file, put the file itself in the place of a link, run again when the
#     registry answers, or waive this path.
#   standards:
#     - cwe-409
#     - cwe-770
#     - cwe-400
#     - owasp-llm/LLM10:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0029
package rules.scan["scan-incomplete"]

import data.lib.fact
import data.lib.hub

violations contains {"on": item, "message": message} if {
	some item in input.evidence["scan.incomplete"]
	message := sprintf("%v was not read to its end: %v%v.", [fact.entry(item), fact.text(item, "reason"), spent(item)])
}

# A link that leaves the repository can lead to anything; one that is named as a model
# surely leads to what is loaded.
violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some item in input.evidence["scan.symlink"]
	object.get(item.data, "outside", true) == true
	message := sprintf("%v is a link to %q, which is no file of the repository and was not followed.", [fact.entry(item), fact.text(item, "target")])
}

certainty(item) := {} if {
	object.get(item.data, "weights", true) == true
} else := {"at_most": "warn"}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.unavailable"]
	not fact.field(item, "reason") in elsewhere
	message := sprintf("The registry gave no full answer about %v (%v)%v", [
		hub.subject(item), fact.text(item, "reason"), detail(item),
	])
}

# Reasons that another rule judges, and those that are no failure.
violations contains {"on": files[0], "message": message} if {
	some models in input.about
	some model, kinds in models
	files := [file |
		some file in kinds["artifact.file"]
		file.source in low_trust
		object.get(file.data, "mode", "") == "range"
	]
	count(files) > 0
	message := sprintf("%v was read by ranges, and the policy gives its source low trust: `gate fetch` reads all of it.", [model])
}

# The sources whose models must be read in full.
low_trust := {source.name |
	some source in data.config.sources
	source.trust == "low"
}

elsewhere := {"not_found_or_private", "gated", "disabled", "revision", "entry", "offline", "unsupported"}

detail(item) := sprintf(": %v.", [trim_suffix(fact.text(item, "detail"), ".")]) if {
	fact.optional(item, "detail") != ""
} else := "."

spent(item) := sprintf(" (the limit of %v is %v)", [item.data.budget, item.data.limit]) if item.data.limit

else := ""
