# METADATA
# title: torch.load may run code
# description: >-
#   torch.load without weights_only=True unpickles the file, which runs whatever it
#   says. Since torch 2.6 the restricted reader is the default; before it, it is not. A
#   call that leaves the argument out is judged by the versions that requirements and
#   lock files allow: it is safe where all of them are 2.6 or later.
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
	not safe_by_default(item)
	message := sprintf("%v unpickles %v, which%v can run any code.", [use.call(item), use.content(item), when(item)])
}

safe_by_default(item) if {
	use.value(item) == "absent"
	version_safe(item) == "yes"
}

version_safe(item) := object.get(item.data, "version_safe", "")

# What the argument is by default depends on the version.
when(item) := object.get(moments, version_safe(item), " before torch 2.6") if use.value(item) == "absent"

else := ""

moments := {"no": " with the torch that the project requires"}
