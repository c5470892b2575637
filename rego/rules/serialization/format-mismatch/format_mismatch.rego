# METADATA
# title: File is not what its name says
# description: >-
#   Tools choose a loader or a scanner by the name of a file. A file that is something
#   else by its content is read by one and missed by the other.
# custom:
#   evidence: [file.type-mismatch]
#   precision: very-high
#   security_severity: "7.0"
#   remediation: >-
#     Use a model whose files are what their names say; find out who renamed this one.
#   standards:
#     - cwe-436
#     - cwe-646
#     - cwe-693
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0107
#     - atlas/AML.T0076
package rules.serialization["format-mismatch"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["file.type-mismatch"]
	message := sprintf("%v is named like %v but its content is %v.", [fact.entry(item), fact.text(item, "name"), fact.text(item, "content")])
}
