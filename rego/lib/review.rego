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
	digests := [object.get(item.data, "sha256", "") |
		some item in input.evidence["python.file"]
		item.model == model
	]
	count(digests) > 0
	every digest in digests {
		digest in approved("code")
	}
}
