# METADATA
# title: The models and loads that count
# description: >-
#   References and loads of what is built or deployed; those in tests and documents are
#   listed by the report and judged by no rule.
package lib.use

# The contexts that are only listed.
listed := {"test", "doc"}

# References whose model is known.
models := [item |
	some item in input.evidence["refs.reference"]
	not object.get(item.data, "context", "") in listed
	item.data.id != ""
]

# References to models that come from somewhere else.
remote := [item |
	some item in models
	item.data.model.source != "local"
]

# Loads of a kind of danger.
loads(danger) := [item |
	some item in input.evidence["code.load"]
	item.data.unsafe == danger
	not object.get(item.data, "context", "") in listed
]

# A load as it is written: torch.load(weights_only=False).
call(item) := sprintf("%v(%v=%v)", [item.data.callee, item.data.flag, value(item)]) if {
	object.get(item.data, "flag", "") != ""
	not value(item) in {"absent", "?", ""}
} else := sprintf("%v without %v", [item.data.callee, item.data.flag]) if {
	object.get(item.data, "flag", "") != ""
	value(item) == "absent"
} else := sprintf("%v", [object.get(item.data, "callee", "a loader")])

value(item) := object.get(item.data, "value", "")

# A load whose deciding argument is not known is not more than a warning.
certainty(item) := {"at_most": "warn"} if value(item) == "?"

else := {}

# What a load takes, as far as it is known.
subject(item) := item.data.model if {
	object.get(item.data, "model", "") != ""
} else := "the data set that it loads" if {
	startswith(callee(item), "datasets.")
} else := "the model that it loads"

# What a load deserialises, which need not be a model.
content(item) := item.data.model if {
	object.get(item.data, "model", "") != ""
} else := "what it reads"

callee(item) := object.get(item.data, "callee", "")
