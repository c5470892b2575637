# METADATA
# title: Archive entry leaves its folder
# description: >-
#   The name of the entry, or the link that it is, leads out of the folder into which
#   the archive is unpacked. Unpacking overwrites or reads files of the machine.
# custom:
#   evidence: [archive.entry]
#   precision: very-high
#   security_severity: "8.8"
#   remediation: >-
#     Do not unpack the archive; use another copy of the model.
#   standards:
#     - cwe-22
#     - cwe-59
#     - cwe-73
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
package rules.content["archive-path-escape"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["archive.entry"]
	message := sprintf("%v has the entry %q, which leaves the folder that it is unpacked into (%v).", [fact.file(item), fact.text(item, "name"), fact.text(item, "problem")])
}
