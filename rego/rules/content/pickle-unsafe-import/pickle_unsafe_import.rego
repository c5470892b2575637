# METADATA
# title: Pickle imports a dangerous name
# description: >-
#   Reading the pickle looks up a function that runs commands, opens files or
#   connections, loads libraries or unpickles again, or it reaches one by walking
#   attributes. The lookup alone runs the module; a call is one opcode away.
# custom:
#   evidence: [pickle.import]
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
package rules.content["pickle-unsafe-import"]

import data.lib.config
import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.import"]

	# What has no class that is known is not known to be harmless.
	not fact.field(item, "class") in {"safe", "unknown", "constructed"}
	message := sprintf("%v imports %v.%v%v when it is loaded.", [
		fact.file(item), fact.text(item, "module"), fact.text(item, "name"), harm(item),
	])
}

# What the organisation forbids, whatever it is.
violations contains {"on": item, "message": message} if {
	some item in input.evidence["pickle.import"]
	name := sprintf("%v.%v", [fact.field(item, "module"), fact.field(item, "name")])
	some forbidden in config.options("pickle-unsafe-import", item).forbid
	covers(forbidden, name)
	message := sprintf("%v imports %v when it is loaded, which the policy forbids.", [fact.file(item), fact.clip(name)])
}

covers(forbidden, name) if forbidden == name

covers(forbidden, name) if {
	endswith(forbidden, ".*")
	startswith(name, trim_suffix(forbidden, "*"))
}

harm(item) := sprintf(" (%v)", [harms[item.data.harm]]) if harms[item.data.harm]

else := ""

harms := {
	"exec": "runs code",
	"process": "starts processes",
	"import": "imports by name",
	"indirect": "calls what it is given",
	"nested": "loads another pickle",
	"file": "opens files",
	"net": "opens connections",
	"native": "loads native code",
	"dos": "exhausts the machine",
}
