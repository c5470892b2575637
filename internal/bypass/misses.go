package bypass

// misses explains each recipe of which the gate says less, or more, than it deserves.
var misses = map[string]string{
	"Jinja/config":                                      "the engines that render chat templates know no such name; only a web framework does",
	"index/folder":                                      "a shard in a folder below stays inside the model, and some repositories have such",
	"Torch7/text of a command":                          "a text that nothing runs; judging words would alarm on prose",
	"other forms/long form of a number":                 "harmless by itself, and writers other than Python's use the form",
	"other forms/tuple by a mark":                       "harmless by itself, and the writer of TorchScript uses the form",
	"GGUF layout/bytes behind":                          hiddenBytes,
	"metadata payload/in an array":                      hiddenBytes,
	"quantisation name/Q8_0 without one":                contradiction,
	"config and weights/fewer rows than the vocabulary": contradiction,
}

const (
	hiddenBytes   = "reported, and not denied: no reader runs these bytes; a policy may raise weights-hidden-bytes"
	contradiction = "reported, and not denied: nothing runs by it; a policy may raise config-contradiction"
)
