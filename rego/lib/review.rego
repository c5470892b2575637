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

# Whether the code of a model is known and all of it is approved. That of another repository
# or revision, which the configuration or the reference may name, is not known.
code_of(model) if {
	model != ""
	model in with_code
	not model in with_unapproved_code
	not model in with_code_elsewhere
}

with_code := {item.model | some item in input.evidence["python.file"]}

with_code_elsewhere contains item.model if {
	some item in input.evidence["config.remote-code"]
	object.get(item.data, "repository", "") != ""
}

# A reference may take the code at another revision than the model, which is what was read.
with_code_elsewhere contains item.model if {
	some item in input.evidence["refs.reference"]
	some name in ["code_revision", "custom_revision"]
	item.data.args[name] != object.get(item.data.model, "revision", "main")
}

with_unapproved_code := {item.model |
	some kind in ["python.file", "native.library"]
	some item in input.evidence[kind]
	not object.get(item.data, "sha256", "") in approved("code")
}
