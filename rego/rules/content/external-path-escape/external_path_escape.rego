# METADATA
# title: Model reads files outside of its folder
# description: >-
#   The model names a file that its loader opens in its place: an absolute path, one
#   that climbs out of the folder, or an address. Loading it reads files of the machine
#   into the model, or fetches from elsewhere.
# custom:
#   evidence: [onnx.external, external.path, hdf5.virtual]
#   precision: very-high
#   security_severity: "8.0"
#   remediation: >-
#     Use another copy of the model; keep external data beside it.
#   standards:
#     - cwe-22
#     - cwe-59
#     - cwe-73
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
package rules.content["external-path-escape"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some kind in {"onnx.external", "external.path"}
	some item in input.evidence[kind]
	escapes(item)
	message := sprintf("%v reads %q, which is outside of its folder.", [fact.entry(item), fact.text(item, "location")])
}

# A virtual dataset is composed of others, which may be in other files.
violations contains {"on": item, "message": message, "at_most": "warn"} if {
	some item in input.evidence["hdf5.virtual"]
	message := sprintf("%v has the virtual dataset %q, which may read other files.", [fact.entry(item), fact.text(item, "name")])
}

# Where a problem is stated it decides, else the location itself.
escapes(item) if object.get(item.data, "problem", "") != ""

escapes(item) if {
	not "problem" in object.keys(item.data)
	leads_out(fact.field(item, "location"))
}

leads_out("?")

leads_out(location) if regex.match(`^([/\\]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://)|(^|[/\\])\.\.([/\\]|$)`, location)
