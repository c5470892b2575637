package custom_layer_test

import data.rules.content["custom-layer"] as rule

item_1 := {"kind": "coreml.layer", "at": {"path": "m.mlmodel"}, "data": {"type": "Evil", "library": ""}, "model": "", "source": ""}

item_2 := {"kind": "mxnet.operator", "at": {"path": "m-symbol.json"}, "data": {"name": "b", "type": "Magic", "library": "x.so"}, "model": "", "source": ""}

good := {"kind": "torch.storage", "at": {"path": "m.bin"}, "data": {"key": "0", "numel": 10}, "model": "", "source": ""}

test_fires if {
	rule.violations == {
		{"on": item_1, "message": "m.mlmodel needs the layer \"Evil\", which other code must bring."},
		{"on": item_2, "message": "m-symbol.json needs the layer \"Magic\" of the library \"x.so\", which other code must bring."},
	} with input.evidence as {"coreml.layer": [item_1], "mxnet.operator": [item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [good]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
