# METADATA
# title: Pickle makes objects of a class that is not listed
# description: >-
#   Reading the pickle imports the module of the class and fills an object of it. That
#   is usual for models of other libraries, and as trustworthy as the library that
#   happens to have the name.
# custom:
#   evidence: [pickle.import]
#   precision: high
#   security_severity: "6.0"
#   remediation: >-
#     Convert the model to safetensors, or add module.name to the option allow after a
#     review.
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
package rules.content["pickle-unknown-class"]

import data.lib.config
import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.import"]
	fact.field(item, "class") in {"unknown", "constructed"}
	name := sprintf("%v.%v", [fact.field(item, "module"), fact.field(item, "name")])
	not name in config.options("pickle-unknown-class", item).allow
	message := sprintf("%v imports %v when it is loaded, a class or function that is not known.", [fact.file(item), fact.clip(name)])
}
