# METADATA
# title: Bytes stand outside of the pickle
# description: >-
#   Bytes before, between or behind the pickles of a file are read by no loader of this
#   one. They hide a second payload, or shift the first from where a scanner looks.
# custom:
#   evidence: [pickle.trailing, joblib.trailing]
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Use another copy of the model, or write it again with its library.
#   standards:
#     - cwe-502
#     - cwe-354
#     - cwe-787
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0018.002
#     - atlas/AML.T0107
package rules.content["pickle-trailing-bytes"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.trailing"]
	message := sprintf("%v has %v bytes (%v) %v its pickles, which no pickle accounts for.", [fact.file(item), fact.text(item, "size"), fact.text(item, "content"), fact.text(item, "where")])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["joblib.trailing"]
	message := sprintf("%v has %v bytes behind its compressed pickle, which joblib does not read.", [fact.file(item), fact.text(item, "size")])
}
