package keras_lambda_layer_test

import data.rules.content["keras-lambda-layer"] as rule

item_1 := {
	"kind": "keras.code",
	"at": {
		"path": "m.keras!config.json",
	},
	"data": {
		"layer": "lambda_1",
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
	rule.violations == {{"on": item_1, "message": "config.json in m.keras holds Python code in its layer \"lambda_1\", which runs when the model is loaded or used."}} with input.evidence as {"keras.code": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
