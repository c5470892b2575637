# METADATA
# title: YAML loader makes any object
# description: >-
#   A YAML file read without a safe loader can name any Python class and call it.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "7.5"
#   remediation: >-
#     Use yaml.safe_load.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.execution["unsafe-yaml-load"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("yaml")
	message := sprintf("%v makes any Python object that is named in %v, which%v can run any code.", [use.call(item), use.content(item), when(item)])
}

# The full loader, which is also the default, was closed late.
when(item) := " before PyYAML 5.4" if use.value(item) in {"absent", "FullLoader", "CFullLoader"}

else := ""
