# METADATA
# title: Model file carries code
# description: >-
#   The file holds functions, scripts or commands beside its weights. They do not run
#   when the file is read, but whatever uses the object may run them.
# custom:
#   evidence: [rds.code, torch7.function, xml.script, embedded.command]
#   precision: medium
#   security_severity: "5.0"
#   remediation: >-
#     Find out what the code is for, or use a copy in a format that holds data only.
#   standards:
#     - cwe-829
#     - cwe-506
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011
package rules.content["embedded-code"]

import data.lib.fact

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some kind in {"rds.code", "torch7.function", "xml.script", "embedded.command"}
	some item in input.evidence[kind]
	message := sprintf("%v carries code%v%v: %v.", [
		fact.entry(item),
		fact.quoted(" (%v)", item, "type"),
		fact.quoted(" under %q", item, "field"),
		fact.text(item, "text"),
	])
}

# Only what a custom layer or the like is given is likely to be run.
certainty(item) := {} if object.get(item.data, "evaluated", false) == true

else := {"at_most": "warn"}
