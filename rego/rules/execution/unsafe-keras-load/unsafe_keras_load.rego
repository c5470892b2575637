# METADATA
# title: Keras may run code from a model file
# description: >-
#   A Keras model can hold Python code in Lambda layers and name any class.
#   safe_mode=False, and the older HDF5 format, permit it.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "7.5"
#   remediation: >-
#     Load .keras files with safe_mode=True, the default of Keras 3.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.execution["unsafe-keras-load"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("keras-code")
	message := sprintf("%v can run code that is stored in %v.", [use.call(item), use.subject(item)])
}
