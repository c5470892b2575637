package skops_untrusted_type_test

import data.rules.content["skops-untrusted-type"] as rule

item_1 := {
	"kind": "skops.node",
	"at": {
		"path": "m.skops",
	},
	"data": {
		"name": "os.system",
		"loader": "FunctionNode",
		"class": "dangerous",
		"called": true,
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "skops.node",
	"at": {
		"path": "m.skops",
	},
	"data": {
		"name": "my.Model",
		"loader": "ObjectNode",
		"class": "unknown",
		"called": false,
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
	rule.violations == {{"on": item_1, "message": "m.skops names os.system as FunctionNode, which skops makes or calls when it is loaded."}} with input.evidence as {"skops.node": [item_1]}
}

test_unsure_of_an_unknown_object if {
	rule.violations == {{"on": item_3, "message": "m.skops names my.Model as ObjectNode, which skops makes or calls when it is loaded.", "at_most": "warn"}} with input.evidence as {"skops.node": [item_3]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
