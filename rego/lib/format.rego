# METADATA
# title: Families of file formats
# description: >-
#   A policy names what people call a format; the inspectors tell its variants apart.
package lib.format

family := {
	"torchzip": "torch",
	"torchlegacy": "torch",
	"torchtar": "torch",
	"pytorch": "torch",
	"dill": "pickle",
	"cloudpickle": "pickle",
	"h5": "hdf5",
}

# Whether a list of formats names this one, by itself or by its family.
listed(format, formats) if format in formats

listed(format, formats) if family[format] in formats

# Files whose own format speaks for the pickles inside of them.
checkpoints contains item.at.path if {
	some item in input.evidence["artifact.file"]
	object.get(family, item.data.format, item.data.format) in {"torch", "joblib"}
}

# The file that an entry stands in, empty for a file of its own.
container(path) := substring(path, 0, last) if {
	contains(path, "!")
	places := indexof_n(path, "!")
	last := places[count(places) - 1]
} else := ""

# A file of weights, by its content or, where that is not known, by its name.
weights(item) if item.data.role == "weights"

weights(item) if {
	unknown(item)
	regex.match(`\.(bin|ckpt|h5|hdf5|keras|msgpack|npz?|onnx|params|pb|pdparams|pth?|tflite|weights)$`, lower(item.at.path))
}

unknown(item) if object.get(item.data, "format", "") in {"", "unknown"}
