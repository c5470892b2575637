# METADATA
# title: Change edits what runs the gate
# description: >-
#   The workflow, pipeline, action or hook runs the gate. Whoever edits it decides what is
#   judged, by which version of the gate and with which rights, or that nothing is.
# custom:
#   evidence: [workflow.change]
#   precision: very-high
#   security_severity: "7.0"
#   remediation: >-
#     Review the edit as you would one of the policy. Require the workflow by a ruleset and
#     these files' owners by CODEOWNERS, since a change can also remove what judges it.
#   standards:
#     - cwe-693
#     - cwe-284
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
package rules.change["gate-workflow-changed"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["workflow.change"]
	message := sprintf("%v runs the gate, and the change %v it.", [fact.text(item, "path"), verb(fact.text(item, "change"))])
}

verb(change) := "removes" if {
	change == "removed"
} else := "edits"
