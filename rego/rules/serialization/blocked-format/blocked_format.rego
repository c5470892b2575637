# METADATA
# title: Model file has a blocked format
# description: >-
#   The policy blocks formats whose loaders can run code. Of a checkpoint that has a
#   safe sibling, the safe one is loaded as long as nothing asks for this file by name.
# custom:
#   evidence: [artifact.file, refs.reference]
#   precision: very-high
#   security_severity: "7.5"
#   remediation: >-
#     Convert it with its own library in an isolated place, and load the safetensors
#     file.
#   standards:
#     - cwe-502
#     - cwe-636
#     - cwe-1188
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
package rules.serialization["blocked-format"]

import data.lib.config
import data.lib.fact
import data.lib.format
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in input.evidence["artifact.file"]
	blocked(item.source, item.data.format)

	# What no reference loads does no harm to those that judge by format.
	object.get(item.data, "loaded", "") != "no"
	not item.at.path in spoken_for
	not excused(item)
	message := sprintf("%v is a %v file, a format that the policy blocks.", [fact.entry(item), item.data.format])
}

# The pickles inside of checkpoints are the checkpoints'.
spoken_for := {item.at.path |
	some item in input.evidence["artifact.file"]
	contains(item.at.path, "!")
	format.container(item.at.path) in format.checkpoints
}

# Asked once for each format of a source, as are the siblings that excuse it.
blocked(source, name) if {
	format.listed(name, config.demand("blocked-format", source).options.formats)
} else := false

siblings(source, name) := {wanted |
	some refused, wanted in config.demand("blocked-format", source).options.unless_sibling
	format.listed(name, [refused])
}

excused(item) if {
	some wanted in siblings(item.source, item.data.format)
	[item.model, item.data.dir, item.data.role, wanted] in present
	not basename(item.at.path) in asked_for
}

present := {[item.model, item.data.dir, item.data.role, item.data.format] |
	some item in input.evidence["artifact.file"]
	item.data.nested == false
}

# The files that references name.
asked_for := {basename(name) |
	some item in use.models
	some name in {object.get(item.data.model, "file", ""), object.get(object.get(item.data, "args", {}), "filename", "")}
	name != ""
}

basename(path) := parts[count(parts) - 1] if parts := split(path, "/")
