# METADATA
# title: Load runs code from the model's repository
# description: >-
#   trust_remote_code downloads Python from the repository of the model and runs it
#   with the rights of this program. Whoever can push there, or takes the name over,
#   runs code here.
# custom:
#   evidence: [code.load, refs.reference, review.approval, python.file]
#   precision: high
#   security_severity: "8.8"
#   remediation: >-
#     Remove the argument and use a model whose architecture the library has; else pin
#     the commit and have its code reviewed.
#   standards:
#     - cwe-829
#     - cwe-94
#     - cwe-494
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011.001
#     - ssdf/PW.4.1
package rules.execution["remote-code-enabled"]

import data.lib.config
import data.lib.fact
import data.lib.review
import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("remote-code")
	not reviewed(item)
	message := sprintf("%v runs Python code from %v.", [use.call(item), origin(item)])
}

# Where the value is known only at run time, one warning for each place that loads.
violations contains {"on": item, "message": message, "at_most": "warn"} if {
	some place, references in unknown
	not stated(place)
	first := [reference | some reference in references][0]
	item := object.union(object.remove(first, ["at"]), {"at": place})
	not reviewed(item)
	message := sprintf("%v may run code from the repository of %v: the value of trust_remote_code is known only at run time.", [fact.text(item, "loader"), loaded(item)])
}

# The references that pass such a value, by the places that load them.
unknown[place] contains item if {
	some item in input.evidence["refs.reference"]
	item.data.args.trust_remote_code == "?"
	not object.get(item.data, "context", "") in use.listed
	some place in places(item)
}

places(item) := item.data.loaded_at if {
	count(object.get(item.data, "loaded_at", [])) > 0
} else := [item.at]

# A load of the same call says as much.
stated(place) if {
	some line in by_path[place.path]
	line >= place.line
	line <= object.get(place, "end_line", place.line)
}

lines[load.at.path] contains load.at.line if some load in use.loads("remote-code")

# All at once: asked by a key, the rule above would go through the loads for each.
by_path := lines

loaded(item) := item.data.id if {
	item.data.id != ""
} else := "the model that it loads"

# A custom pipeline is a program of its own, beside the model that it is used with.
origin(item) := sprintf("the custom pipeline %v", [use.value(item)]) if {
	item.data.flag == "custom_pipeline"
} else := sprintf("the repository of %v", [use.subject(item)])

# Where a review is enough, all of the model's code must have one.
reviewed(item) if {
	config.environment(item.at.path) in config.options("remote-code-enabled", item).review
	review.code_of(item.model)
}
