# METADATA
# title: Configuration names code of the model's repository
# description: >-
#   auto_map and its relatives name Python that the library downloads and runs once
#   trust_remote_code is given; several loaders run it without asking.
# custom:
#   evidence: [config.remote-code]
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Use a model whose architecture the library has; else review the code and pin its
#     commit.
#   standards:
#     - cwe-829
#     - cwe-94
#     - cwe-494
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011.001
#     - ssdf/PW.4.1
package rules.content["remote-code-declared"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["config.remote-code"]
	message := sprintf("%v names the code %q%v%v, which loaders may run.", [
		fact.entry(item), fact.text(item, "class"),
		fact.quoted(" of the other repository %q", item, "repository"),
		fact.quoted(" under %q", item, "field"),
	])
}
