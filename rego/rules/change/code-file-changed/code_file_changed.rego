# METADATA
# title: Code of a model has changed since it was locked
# description: >-
#   Code that came with the model is new or different at the commit that the branch or
#   tag has now. Libraries run such code when they load the model.
# custom:
#   evidence: [watch.file]
#   precision: very-high
#   security_severity: "7.5"
#   remediation: >-
#     Pin the locked commit in the code. To take the new one, review the code and run
#     `gate lock --upgrade` for the model.
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
package rules.change["code-file-changed"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["watch.file"]
	item.data.change in {"added", "changed"}
	regex.match(`\.(py|pyc|pyx|sh|js|ts|lua|jar|class|ipynb)$`, lower(fact.text(item, "path")))
	message := sprintf("%q of %v is %v since it was locked.", [fact.text(item, "path"), item.model, item.data.change])
}
