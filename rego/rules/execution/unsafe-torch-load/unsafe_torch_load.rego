# METADATA
# title: torch.load may run code
# description: >-
#   torch.load without weights_only=True unpickles the file, which runs whatever it
#   says. Since torch 2.6 the restricted reader is the default; before it, it is not.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "7.5"
#   remediation: >-
#     Pass weights_only=True, or load safetensors.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.execution["unsafe-torch-load"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("torch-pickle")
	message := sprintf("%v unpickles %v, which%v can run any code.", [use.call(item), use.content(item), when(item)])
}

# What the argument is by default depends on the version.
when(item) := " before torch 2.6" if use.value(item) == "absent"

else := ""
