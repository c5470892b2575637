# METADATA
# title: Index and files of a sharded model disagree
# description: >-
#   The index says in which file each tensor is, and the files say otherwise. Some
#   libraries follow the index and others take what the files have: they load different
#   models, of which a scanner or a reviewer saw one.
# custom:
#   evidence: [shards.mismatch]
#   precision: high
#   security_severity: "7.0"
#   remediation: >-
#     Use another copy of the model, or have its library write all of it again.
#   standards:
#     - cwe-345
#     - cwe-354
#     - cwe-436
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.1
#     - owasp-aisvs/3.2.2
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0074
#     - atlas/AML.T0010.003
package rules.content["index-mismatch"]

import data.lib.fact

violations contains {"on": item, "message": message(item)} if {
	some item in input.evidence["shards.mismatch"]
	not fact.field(item, "problem") in unsure
}

violations contains {"on": item, "message": message(item), "at_most": "warn"} if {
	some item in input.evidence["shards.mismatch"]
	fact.field(item, "problem") in unsure
}

# A file that is missing may not have been downloaded.
unsure := {"missing-file"}

message(item) := sprintf("%v puts the tensor %q%v in %v, which does not have it.", [
	fact.entry(item), fact.text(item, "tensor"), others(item), fact.text(item, "shard"),
]) if fact.field(item, "problem") == "absent"

else := sprintf("%v puts the tensor %q%v in %v, but %v has it.", [
	fact.entry(item), fact.text(item, "tensor"), others(item), fact.text(item, "shard"), fact.text(item, "other"),
]) if {
	fact.field(item, "problem") == "elsewhere"
}

else := sprintf("%v does not name the tensor %q%v, which %v has.", [
	fact.entry(item), fact.text(item, "tensor"), others(item), fact.text(item, "shard"),
]) if {
	fact.field(item, "problem") == "unlisted"
}

else := sprintf("%v does not name %v, which is named as its files are.", [
	fact.entry(item), fact.text(item, "shard"),
]) if {
	fact.field(item, "problem") == "unlisted-file"
}

else := sprintf("%v names %v%v, which is missing.", [
	fact.entry(item), fact.text(item, "shard"), others(item),
]) if {
	fact.field(item, "problem") == "missing-file"
}

else := sprintf("%v puts the tensor %q%v in both %v and %v.", [
	fact.entry(item), fact.text(item, "tensor"), others(item), fact.text(item, "shard"), fact.text(item, "other"),
]) if {
	fact.field(item, "problem") == "twice"
}

else := sprintf("The tensor %q%v has other contents in %v than in %v, beside %v.", [
	fact.text(item, "tensor"), others(item), fact.text(item, "shard"), fact.text(item, "other"), fact.entry(item),
]) if {
	fact.field(item, "problem") == "differs"
}

else := sprintf("%v and %v disagree about the tensor %q%v, which the first puts in %v.", [
	fact.entry(item), fact.text(item, "other"), fact.text(item, "tensor"), others(item), fact.text(item, "shard"),
])

# How many more there are.
others(item) := sprintf(" (and %d more)", [item.data.count - 1]) if object.get(item.data, "count", 1) > 1

else := ""
