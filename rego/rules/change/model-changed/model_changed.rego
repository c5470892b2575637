# METADATA
# title: Model has changed since it was locked
# description: >-
#   The branch or tag that the code asks for is at another commit than the one in the
#   lock. Code that does not pin the commit loads files that nobody here has looked at.
# custom:
#   evidence: [watch.moved]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Pin the locked commit in the code. To take the new one, look at what changed and
#     run `gate lock --upgrade` for the model.
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
package rules.change["model-changed"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["watch.moved"]
	message := sprintf("%v is at %v on %v, and the lock has %v.", [
		item.model, fact.text(item, "after"), fact.text(item, "ref"), fact.text(item, "before"),
	])
}
