# METADATA
# title: Weights have a format that is not allowed
# description: >-
#   The policy lists the formats that weights may have, by what a file is and not by
#   how it is named. Configuration and cards are exempt.
# custom:
#   evidence: [artifact.file]
#   precision: very-high
#   security_severity: "6.0"
#   remediation: >-
#     Convert it to an allowed format, or have the format added to allowed_formats.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.serialization["format-not-allowed"]

import data.lib.config
import data.lib.fact
import data.lib.format

violations contains {"on": item, "message": message} if {
	some item in input.evidence["artifact.file"]
	not allowed(item.source, object.get(item.data, "format", ""))
	format.weights(item)
	not format.container(item.at.path) in weights
	fact.optional(item, "loaded") != "no"
	message := sprintf("%v has the format %v, which the policy does not allow for weights.", [fact.entry(item), named(fact.optional(item, "format"))])
}

# The parts of a file of weights are its format's.
# Asked once for each format of a source.
allowed(source, name) if {
	format.listed(name, config.demand("format-not-allowed", source).options.formats)
} else := false

weights := {item.at.path |
	some item in input.evidence["artifact.file"]
	item.data.role == "weights"
}

named(known) := known if {
	known != ""
} else := "unknown"
