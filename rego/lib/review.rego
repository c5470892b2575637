# METADATA
# title: What a person has approved
# description: An approval holds for the bytes of one file, by their digest.
package lib.review

# The digests of a kind of file (code, card) that are approved today.
approved(kind) := {item.data.sha256 |
	some item in input.evidence["review.approval"]
	item.data.kind == kind
	object.get(item.data, "days_left", 0) >= 0
}

# Whether the code of a model is known and all of it is approved.
code_of(model) if {
	model != ""
	model in with_code
	not model in with_unapproved_code
}

with_code := {item.model | some item in input.evidence["python.file"]}

with_unapproved_code := {item.model |
	some item in input.evidence["python.file"]
	not object.get(item.data, "sha256", "") in approved("code")
}
