package checkpoint_layout_test

import data.rules.content["checkpoint-layout"] as rule

item_1 := {
	"kind": "torch.storage",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"key": "0",
		"numel": 10,
		"size": 20,
		"problem": "short",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "torch.storage",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"key": "0",
		"numel": 10,
		"size": 20,
		"problem": "odd",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "torch.checkpoint",
	"at": {
		"path": "models/pytorch_model.bin",
		"offset": 12,
	},
	"data": {
		"roots": [
			"archive",
			"evil",
		],
		"version": "3",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "pickle.persistent-id",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "('storage', torch.FloatStorage, '0', 'cpu', 10)",
		"offset": 5,
		"class": "storage",
		"problem": "the key is not a number",
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "torch.storage",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"key": "0",
		"numel": 10,
		"size": 20,
		"problem": "",
	},
	"model": "",
	"source": "",
}

item_6 := {
	"kind": "torch.checkpoint",
	"at": {
		"path": "models/pytorch_model.bin",
		"offset": 12,
	},
	"data": {
		"roots": [
			"archive",
		],
		"version": "3",
	},
	"model": "",
	"source": "",
}

item_7 := {
	"kind": "pickle.persistent-id",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"text": "('storage', torch.FloatStorage, '0', 'cpu', 10)",
		"offset": 5,
		"class": "storage",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin has a storage \"0\" that does not fit the file: its record is shorter than it says."}, {"on": item_2, "message": "models/pytorch_model.bin has a storage \"0\" that does not fit the file: odd."}, {"on": item_3, "message": "models/pytorch_model.bin has 2 root folders, of which readers take different ones."}, {"on": item_4, "message": "models/pytorch_model.bin names a storage in a way that torch does not: the key is not a number."}} with input.evidence as {"torch.storage": [item_1, item_2], "torch.checkpoint": [item_3], "pickle.persistent-id": [item_4]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_5], "torch.checkpoint": [item_6], "pickle.persistent-id": [item_7]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
