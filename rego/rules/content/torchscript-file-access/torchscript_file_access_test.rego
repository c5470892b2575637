package torchscript_file_access_test

import data.rules.content["torchscript-file-access"] as rule

item_1 := {
	"kind": "torchscript.call",
	"at": {
		"path": "m.pt!m/code/__torch__.py",
	},
	"data": {
		"name": "aten::from_file",
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
		"problem": "",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "m/code/__torch__.py in m.pt calls aten::from_file, which reaches outside of the model."}} with input.evidence as {"torchscript.call": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
