package header_out_of_bounds_test

import data.rules.content["header-out-of-bounds"] as rule

item_1 := {
	"kind": "safetensors.tensor",
	"at": {
		"path": "m.safetensors",
	},
	"data": {
		"name": "w",
		"field": "data_offsets",
		"claims": "2^60",
		"limit": "100",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "gguf.tensor",
	"at": {
		"path": "m.gguf",
	},
	"data": {
		"name": "w",
		"field": "data_offsets",
		"claims": "2^60",
		"limit": "100",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "npy.header",
	"at": {
		"path": "m.npy",
	},
	"data": {
		"descr": "<f4",
		"field": "shape",
		"claims": "2^60",
		"limit": "100",
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
		"problem": "offset",
		"name": "t",
		"got": 64,
		"want": 32,
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "npy.header",
	"at": {
		"path": "m.npy",
	},
	"data": {
		"descr": "<f4",
		"shape": [
			2,
		],
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
		"problem": "tail",
		"got": 64,
		"want": 32,
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "m.safetensors claims 2^60 for its data_offsets of \"w\", but the limit is 100."}, {"on": item_2, "message": "m.gguf claims 2^60 for its data_offsets of \"w\", but the limit is 100."}, {"on": item_3, "message": "m.npy claims 2^60 for its shape, but the limit is 100."}, {"on": item_4, "message": "m.gguf has a tensor \"t\" at 64 where its sizes put it at 32."}} with input.evidence as {"safetensors.tensor": [item_1], "gguf.tensor": [item_2], "npy.header": [item_3], "gguf.layout": [item_4]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"npy.header": [item_5], "gguf.layout": [item_6]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
