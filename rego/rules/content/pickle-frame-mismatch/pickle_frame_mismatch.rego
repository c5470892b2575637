# METADATA
# title: Pickle has frames that readers read differently
# description: >-
#   A frame of the pickle does not fit what it frames. One unpickler refuses it,
#   another reads on, so that a scanner and a loader see different programs.
# custom:
#   evidence: [pickle.frame]
#   precision: very-high
#   security_severity: "8.0"
#   remediation: >-
#     Do not load the file; use another copy of the model.
#   standards:
#     - cwe-436
#     - cwe-646
#     - cwe-693
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0107
#     - atlas/AML.T0076
package rules.content["pickle-frame-mismatch"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.frame"]
	message := sprintf("%v has a pickle frame that unpicklers read differently (%v).", [fact.file(item), fact.text(item, "problem")])
}
