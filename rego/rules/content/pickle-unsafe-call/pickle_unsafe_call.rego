# METADATA
# title: Pickle calls or changes what it must not
# description: >-
#   Reading the pickle calls a dangerous function, calls something that it computes, or
#   changes a function, class or module of the running program. Codes of the extension
#   registry stand for names that the file does not show.
# custom:
#   evidence: [pickle.call, pickle.build, pickle.extension]
#   precision: very-high
#   security_severity: "9.8"
#   remediation: >-
#     Do not load the file. Use another model, or a safetensors version that somebody
#     else made from a trusted source.
#   standards:
#     - cwe-502
#     - cwe-94
#     - cwe-913
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
#     - atlas/AML.T0018.002
#     - ssdf/PW.4.1
package rules.content["pickle-unsafe-call"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.call"]
	not fact.field(item, "class") in {"safe", "unknown", "constructed"}
	message := sprintf("%v calls %v when it is loaded.", [fact.file(item), fact.text(item, "text")])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.build"]
	message := sprintf("%v changes %v when it is loaded: %v.", [fact.file(item), fact.text(item, "target"), fact.text(item, "text")])
}

violations contains {"on": item, "message": message, "at_most": "warn"} if {
	some item in input.evidence["pickle.extension"]
	message := sprintf("%v uses code %v of the extension registry, which hides what it imports.", [fact.file(item), fact.text(item, "code")])
}
