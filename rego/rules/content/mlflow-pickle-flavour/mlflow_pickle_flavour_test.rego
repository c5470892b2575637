package mlflow_pickle_flavour_test

import data.rules.content["mlflow-pickle-flavour"] as rule

item_1 := {
	"kind": "mlflow.flavour",
	"at": {
		"path": "MLmodel",
	},
	"data": {
		"name": "python_function",
		"field": "loader_module",
		"value": "ranker",
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
	rule.violations == {{"on": item_1, "message": "MLmodel has the flavour python_function with loader_module: ranker, which runs code from the model's files."}} with input.evidence as {"mlflow.flavour": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
