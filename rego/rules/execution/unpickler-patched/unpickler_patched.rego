# METADATA
# title: Code of a model changes what unpickling uses
# description: >-
#   The file replaces an attribute of a module that restricted unpickling trusts. A
#   checkpoint that looks harmless then calls what was put there.
# custom:
#   evidence: [python.patch]
#   precision: high
#   security_severity: "9.0"
#   remediation: >-
#     Do not use this model; report it to its registry.
#   standards:
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0058
#     - atlas/AML.T0011
#     - ssdf/RV.1.1
package rules.execution["unpickler-patched"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["python.patch"]
	message := sprintf("%v replaces %v, which checkpoints are trusted to call.", [fact.entry(item), fact.text(item, "target")])
}
