package weights_hidden_bytes_test

import data.rules.content["weights-hidden-bytes"] as rule

item_1 := {
	"kind": "safetensors.gap",
	"at": {
		"path": "m.safetensors",
	},
	"data": {
		"place": "tail",
		"from": 10,
		"to": 90,
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "safetensors.duplicate",
	"at": {
		"path": "m.safetensors",
	},
	"data": {
		"name": "w",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "gguf.metadata",
	"at": {
		"path": "m.gguf",
	},
	"data": {
		"key": "a.b",
		"payload": "zip",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "gguf.layout",
	"at": {
		"path": "m.gguf",
	},
	"data": {
		"problem": "tail",
		"got": 64,
		"want": 32,
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "gguf.metadata",
	"at": {
		"path": "m.gguf",
	},
	"data": {
		"key": "a.b",
		"payload": "",
	},
	"model": "",
	"source": "",
}

item_6 := {
	"kind": "gguf.layout",
	"at": {
		"path": "m.gguf",
	},
	"data": {
		"problem": "offset",
		"name": "t",
		"got": 64,
		"want": 32,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "m.safetensors has bytes 10 to 90 that no tensor uses (tail)."}, {"on": item_2, "message": "m.safetensors has the name \"w\" twice, of which readers take different ones."}, {"on": item_3, "message": "m.gguf carries zip in its metadata entry \"a.b\"."}, {"on": item_4, "message": "m.gguf has bytes that no tensor uses (tail: 64 where 32 belong)."}} with input.evidence as {"safetensors.gap": [item_1], "safetensors.duplicate": [item_2], "gguf.metadata": [item_3], "gguf.layout": [item_4]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"gguf.metadata": [item_5], "gguf.layout": [item_6]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_flax_extension if {
	item := {"kind": "flax.extension", "at": {"path": "m.msgpack"}, "data": {"type": 42}, "model": "", "source": ""}
	rule.violations == {{"on": item, "message": "m.msgpack has a value of the extension type 42, which Flax does not know."}} with input.evidence as {"flax.extension": [item]}
}
