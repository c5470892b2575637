# METADATA
# title: numpy.load permits pickles
# description: >-
#   With allow_pickle=True an array of objects is unpickled, which runs whatever the
#   file says.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "6.5"
#   remediation: >-
#     Remove allow_pickle=True and store arrays of numbers.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.execution["unsafe-numpy-load"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("numpy-pickle")
	message := sprintf("%v unpickles the objects in %v, which can run any code.", [use.call(item), use.content(item)])
}
