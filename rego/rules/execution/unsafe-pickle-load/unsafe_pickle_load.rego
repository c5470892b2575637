# METADATA
# title: Load unpickles a file
# description: >-
#   pickle, joblib, dill and their relatives run whatever a file says when they read
#   it. No argument makes that safe.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "7.5"
#   remediation: >-
#     Store weights as safetensors and settings as JSON; for scikit-learn use skops.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.execution["unsafe-pickle-load"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("pickle")
	message := sprintf("%v unpickles %v, which can run any code.", [use.call(item), use.content(item)])
}
