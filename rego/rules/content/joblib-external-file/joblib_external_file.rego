# METADATA
# title: joblib file loads another file
# description: >-
#   Old joblib files keep arrays in files beside them, which are read with pickles
#   allowed. Whoever can write there runs code.
# custom:
#   evidence: [joblib.external]
#   precision: very-high
#   security_severity: "6.0"
#   remediation: >-
#     Write the model again with a current joblib, or convert it to safetensors.
#   standards:
#     - cwe-502
#     - cwe-94
#     - cwe-913
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
#     - atlas/AML.T0018.002
#     - ssdf/PW.4.1
package rules.content["joblib-external-file"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["joblib.external"]
	message := sprintf("%v loads %q beside it, with pickles allowed.", [fact.file(item), fact.text(item, "filename")])
}
