# METADATA
# title: Pinned commit is on no branch or tag
# description: >-
#   Commits of pull requests have the same address as those of the owner, and anybody
#   may open a pull request. A commit that is on no branch and behind no tag was
#   accepted by nobody.
# custom:
#   evidence: [pinning.commit, pinning.pull-request]
#   precision: high
#   security_severity: "8.5"
#   remediation: >-
#     Pin a commit of the model's main branch or of a tag; have the owner merge what you
#     need.
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
package rules.verification["impostor-commit"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pinning.commit"]
	item.data.reachable == "no"
	message := sprintf("The commit %v of %v is on no branch or tag of it.", [fact.text(item, "sha"), item.model])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pinning.pull-request"]
	message := sprintf("%v is taken from the pull request %v, which anybody may have opened.", [item.model, fact.text(item, "revision")])
}
