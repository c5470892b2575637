# METADATA
# title: Model has no file of a safe format
# description: >-
#   The policy asks that a model can be had in a format that holds data only. Where
#   none of its files is of such a format, loading it means running a deserializer that
#   can run code.
# custom:
#   evidence: [refs.reference, artifact.file]
#   absence: true
#   precision: very-high
#   security_severity: "4.0"
#   remediation: >-
#     Use a model that has the format, or convert it and publish the result. Its files
#     are those that the registry lists, so run the gate online.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.acquisition["format-unavailable"]

import data.lib.config
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	files := hub.about(item)["artifact.file"]
	options := config.options("format-unavailable", item)
	not available(files, options.formats)
	message := sprintf("%v has no weights in the format %v.", [item.data.id, concat(" or ", options.formats)])
}

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not hub.about(item)["artifact.file"]
	options := config.options("format-unavailable", item)
	message := sprintf("%v must have weights in the format %v: required, no evidence of its files.", [
		item.data.id, concat(" or ", options.formats),
	])
}

available(files, formats) if {
	some file in files
	file.data.role == "weights"
	file.data.format in formats
}
