package pickle_unsafe_call_test

import data.rules.content["pickle-unsafe-call"] as rule

item_1 := {
	"kind": "pickle.call",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "os.system('true')",
		"callee": "os.system",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "dangerous",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "pickle.call",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "f()()",
		"callee": "?",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "computed",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "pickle.build",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "numpy.prod.__setstate__({'x': 1})",
		"target": "numpy.prod",
		"opcode": "BUILD",
		"offset": 12,
		"class": "global",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "pickle.extension",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"code": 7,
		"opcode": "EXT1",
		"offset": 12,
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "pickle.call",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "collections.OrderedDict()",
		"callee": "collections.OrderedDict",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "safe",
	},
	"model": "",
	"source": "",
}

item_6 := {
	"kind": "pickle.call",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "my.f()",
		"callee": "my.f",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "unknown",
	},
	"model": "",
	"source": "",
}

item_7 := {
	"kind": "pickle.call",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"callee": "os.system",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "dangerous",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin calls os.system('true') when it is loaded."}, {"on": item_2, "message": "models/pytorch_model.bin calls f()() when it is loaded."}, {"on": item_3, "message": "models/pytorch_model.bin changes numpy.prod when it is loaded: numpy.prod.__setstate__({'x': 1})."}, {"on": item_4, "message": "models/pytorch_model.bin uses code 7 of the extension registry, which hides what it imports.", "at_most": "warn"}} with input.evidence as {"pickle.call": [item_1, item_2], "pickle.build": [item_3], "pickle.extension": [item_4]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.call": [item_5, item_6]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_clips_long_calls if {
	rule.violations == {{"on": item_7, "message": "models/pytorch_model.bin calls xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... when it is loaded."}} with input.evidence as {"pickle.call": [item_7]}
}
