# METADATA
# title: Chat template leaves its sandbox
# description: >-
#   A chat template is a program that runs for each conversation. This one walks to
#   Python objects, or uses names and tags that no ordinary template needs; where the
#   renderer has no sandbox, that runs code.
# custom:
#   evidence: [template.attribute, template.call, template.tag]
#   precision: high
#   security_severity: "8.8"
#   remediation: >-
#     Replace the template by that of the original model.
#   standards:
#     - cwe-1336
#     - cwe-94
#     - cwe-95
#     - owasp-llm/LLM03:2025
#     - owasp-llm/LLM05:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.003
#     - atlas/AML.T0011.000
package rules.content["chat-template-escape"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["template.attribute"]
	message := sprintf("%v has a chat template that reaches %v: %v.", [fact.entry(item), fact.text(item, "name"), fact.text(item, "text")])
}

violations contains object.union({"on": item, "message": message}, certainty(item)) if {
	some kind in {"template.call", "template.tag"}
	some item in input.evidence[kind]
	message := sprintf("%v has a chat template that uses %v, which ordinary templates do not: %v.", [
		fact.entry(item), fact.text(item, "name"), fact.text(item, "text"),
	])
}

# Tags that read other files are more than odd, and so are functions that only a renderer
# without a sandbox has.
certainty(item) := {} if {
	item.kind == "template.tag"
	fact.field(item, "name") in {"include", "import", "from", "extends"}
} else := {} if {
	item.kind == "template.call"
	reaching(fact.field(item, "name"))
} else := {"at_most": "warn"}

reaching(name) if startswith(name, "__")

reaching(name) if name in {"getattr", "setattr", "eval", "exec", "compile", "open", "globals", "vars", "popen", "system"}
