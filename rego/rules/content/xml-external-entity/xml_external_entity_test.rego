package xml_external_entity_test

import data.rules.content["xml-external-entity"] as rule

item_1 := {
	"kind": "pmml.entity",
	"at": {
		"path": "m.pmml",
	},
	"data": {
		"name": "xxe",
		"system": "file:///etc/passwd",
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
	rule.violations == {{"on": item_1, "message": "m.pmml declares the entity \"xxe\" from \"file:///etc/passwd\", which its reader fetches or expands."}} with input.evidence as {"pmml.entity": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
