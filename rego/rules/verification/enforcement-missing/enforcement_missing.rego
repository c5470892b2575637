# METADATA
# title: Gate is not run where the policy asks for it
# description: >-
#   The policy names the stages at which it is enforced. Without a run there, nothing
#   stops a model that breaks it.
# custom:
#   evidence: [workflow.gate, precommit.gate]
#   absence: true
#   precision: high
#   security_severity: "3.0"
#   remediation: >-
#     Use the action modelgate/gate, or run `gate check`, in a workflow that fails with
#     it; for the stage pre-commit add a hook with that entry to .pre-commit-config.yaml.
#   standards:
#     - cwe-693
#     - cwe-284
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
package rules.verification["enforcement-missing"]

import data.lib.config
import data.lib.fact

violations contains {"on": fact.nothing, "message": message} if {
	some stage in config.options("enforcement-missing", fact.nothing).stages
	not enforced(stage)
	message := sprintf("The gate does not run at the stage %v: required, no evidence.", [stage])
}

# A step of any pipeline, or that this run is one.
enforced("ci") if count(input.evidence["workflow.gate"]) > 0

enforced("pre-commit") if count(input.evidence["precommit.gate"]) > 0
