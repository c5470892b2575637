# METADATA
# title: Namespace looks like that of a well-known publisher
# description: >-
#   Whoever wants to be taken for a well-known publisher registers a name that differs
#   from its name by a letter, by a character that looks alike, or by a generic word.
#   A mere resemblance is a warning.
# custom:
#   evidence: [refs.reference, lookalike.match]
#   precision: medium
#   security_severity: "8.6"
#   remediation: >-
#     Load the model of the publisher that was meant. If the namespace is right, list it
#     under "publishers" in the policy, with its id.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["lookalike-namespace"]

import data.lib.fact
import data.lib.hub
import data.lib.use

violations contains object.union(found, {"on": item}) if {
	some item in use.remote
	some match in hub.about(item)["lookalike.match"]
	found := finding(match)
}

# A model that is judged by itself has no reference.
violations contains object.union(found, {"on": item}) if {
	some item in input.evidence["lookalike.match"]
	not item.model in referenced
	found := finding(item)
}

referenced := {item.model | some item in input.evidence["refs.reference"]}

finding(item) := object.union({"message": message(item)}, certainty(item)) if {
	not fact.field(item, "tier") in {"low", "info"}
}

certainty(item) := {} if fact.field(item, "tier") in {"critical", "high", "?"}

else := {"at_most": "warn"}

message(item) := sprintf("%v: %v looks like %v (%v)%v%v.", [
	trim(escaped(item.model), "\""), quoted(item, "name"), quoted(item, "target"),
	why(item), theirs(item), because(item),
])

quoted(item, name) := escaped(fact.text(item, name))

# Characters from outside ASCII are written out, since they are made to be overlooked.
escaped(text) := sprintf("%+q", [text])

why(item) := object.get(relations, fact.field(item, "relation"), "a similar name")

relations := {
	"unicode": "homoglyph: characters from outside ASCII",
	"homoglyph": "homoglyph: characters that look alike",
	"separator": "the same name with other separators",
	"edit": "spelled almost the same",
	"word-swap": "the same words in another order",
	"association": "its name and generic words",
	"near": "spelled almost the same",
	"faint": "spelled almost the same",
}

theirs(item) := ", which has a model of this name" if item.data.known

else := ""

because(item) := sprintf("; %v", [concat(", ", reasons)]) if {
	reasons := fact.list(item, "metadata")
	count(reasons) > 0
} else := ""
