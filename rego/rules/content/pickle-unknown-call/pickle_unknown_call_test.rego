package pickle_unknown_call_test

import data.rules.content["pickle-unknown-call"] as rule

item_1 := {
	"kind": "pickle.call",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "my.f(1)",
		"callee": "my.f",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "unknown",
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
		"text": "os.system('true')",
		"callee": "os.system",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "safe",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "pickle.call",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "my.Model.__new__()",
		"callee": "os.system",
		"opcode": "REDUCE",
		"count": 1,
		"offset": 12,
		"class": "constructed",
	},
	"model": "",
	"source": "",
}

item_4 := {
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

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin calls my.f(1) when it is loaded, a function that writers of models do not use."}} with input.evidence as {"pickle.call": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.call": [item_2, item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == set() with input.evidence as {"pickle.call": [item_1]}
		with data.config.rules["pickle-unknown-call"].options as {"allow": [item_1.data.callee]}
}
