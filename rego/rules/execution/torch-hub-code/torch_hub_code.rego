# METADATA
# title: Load runs code from a GitHub repository
# description: >-
#   torch.hub.load downloads a repository and runs its hubconf.py. The default branch
#   can change at any time, and nothing compares a digest.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "8.0"
#   remediation: >-
#     Load weights by a commit and a digest, or commit the code to your repository
#     after a review.
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
package rules.execution["torch-hub-code"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("torch-hub")
	message := sprintf("%v downloads and runs the hubconf.py of %v.", [use.callee(item), use.subject(item)])
}
