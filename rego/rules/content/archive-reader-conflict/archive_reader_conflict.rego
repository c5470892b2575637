# METADATA
# title: Archive readers see different files
# description: >-
#   The same archive has different content for different readers: a name twice, names
#   or sizes that disagree, or a directory that omits entries. A scanner reads one
#   version and the loader another.
# custom:
#   evidence: [archive.conflict]
#   precision: high
#   security_severity: "8.0"
#   remediation: >-
#     Use another copy of the model, or pack it again.
#   standards:
#     - cwe-436
#     - cwe-646
#     - cwe-693
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0107
#     - atlas/AML.T0076
package rules.content["archive-reader-conflict"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["archive.conflict"]
	message := sprintf("%v shows readers different files%v: %v against %v.", [fact.file(item), fact.quoted(" as %q", item, "name"), fact.text(item, "a"), fact.text(item, "b")])
}
