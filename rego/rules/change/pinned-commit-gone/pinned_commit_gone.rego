# METADATA
# title: Pinned commit is not there any more
# description: >-
#   The registry no longer has the commit that the code pins: the history was rewritten,
#   or the repository was deleted and made again. What stands under the name now is
#   something else.
# custom:
#   evidence: [pinning.commit, hub.unavailable, refs.reference]
#   precision: high
#   security_severity: "7.0"
#   remediation: >-
#     Find out what happened to the model before you pin another commit.
#   standards:
#     - cwe-494
#     - cwe-829
#     - cwe-1357
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
#     - atlas/AML.T0109
#     - ssdf/PS.3.2
#     - ssdf/PW.4.1
package rules.change["pinned-commit-gone"]

import data.lib.fact
import data.lib.hub

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pinning.commit"]
	item.data.exists == false
	message := sprintf("%v has no commit %v any more.", [item.model, fact.text(item, "sha")])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["hub.unavailable"]
	hub.commit_gone(item)
	not item.at in told
	message := sprintf("%v does not have the commit that the code pins.", [hub.subject(item)])
}

# Places at which the commit itself is told.
told := {item.at |
	some item in input.evidence["pinning.commit"]
	item.data.exists == false
}
