# METADATA
# title: Refused file is loaded without protection
# description: >-
#   The program first loads a file with the restricted reader and, when that refuses
#   the file, loads the same file without it. A malicious file is the one that is
#   refused, so the protection protects nothing.
# custom:
#   evidence: [code.fallback-load]
#   awaits: [code.fallback-load]
#   precision: high
#   security_severity: "8.0"
#   remediation: >-
#     Let the error end the load; do not load again what the restricted reader refused.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.execution["unsafe-load-fallback"]

import data.lib.fact
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in input.evidence["code.fallback-load"]
	not fact.field(item, "context") in use.listed
	message := sprintf("%v loads a file unprotected after the protected load has refused it.", [fact.text(item, "callee")])
}
