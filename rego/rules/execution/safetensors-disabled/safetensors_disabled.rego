# METADATA
# title: Load refuses the safe format
# description: >-
#   use_safetensors=False makes the library take the pickle of a model even where it
#   has safetensors.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "6.5"
#   remediation: >-
#     Remove the argument, or set use_safetensors=True.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.execution["safetensors-disabled"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("safetensors-disabled")
	message := sprintf("%v makes the library unpickle the weights of %v.", [use.call(item), use.subject(item)])
}
