# METADATA
# title: Python path file runs code at every start
# description: >-
#   Python executes each line of a .pth file in its site folder that begins with
#   import, at every start of the interpreter. Among model files it passes for a
#   checkpoint.
# custom:
#   evidence: [python.site]
#   precision: very-high
#   security_severity: "9.0"
#   remediation: >-
#     Delete the file and find out who added it.
#   standards:
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0058
#     - atlas/AML.T0011
#     - ssdf/RV.1.1
package rules.execution["python-path-file"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["python.site"]
	message := sprintf("%v is a Python path file that runs %q at every start of Python.", [fact.entry(item), fact.text(item, "line")])
}
