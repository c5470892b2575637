# METADATA
# title: Code of a model starts processes or hides what it does
# description: >-
#   Code that comes with a model should compute. This file starts processes, opens
#   connections, evaluates text or unpacks encoded code; what does so on import runs as
#   soon as the model is loaded.
# custom:
#   evidence: [python.call]
#   precision: high
#   security_severity: "8.8"
#   remediation: >-
#     Use another model; if this one is needed, have the file reviewed and approve its
#     digest.
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
package rules.execution["suspicious-model-code"]

import data.lib.fact

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some item in input.evidence["python.call"]
	message := sprintf("%v calls %v %v%v.", [fact.entry(item), fact.text(item, "callee"), moment(item), hiding(item)])
}

# What a function does when it is called may be what it is for, unless it was hidden.
certainty(item) := {"at_most": "warn"} if {
	fact.field(item, "scope") == "function"
	not hidden(item)
}

else := {}

# The call stands in text that the file decodes or evaluates.
hidden(item) if fact.field(item, "decoded") == true

hiding(item) := ", in text that it decodes or evaluates" if hidden(item)

else := ""

moment(item) := "when one of its functions is called" if {
	fact.field(item, "scope") == "function"
} else := "as soon as it is imported"
