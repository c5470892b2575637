package pickle_unsafe_import_test

import data.rules.content["pickle-unsafe-import"] as rule

item_1 := {
	"kind": "pickle.import",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"module": "os",
		"name": "system",
		"mapped": false,
		"count": 1,
		"offset": 12,
		"class": "dangerous",
		"harm": "process",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "pickle.import",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"module": "a",
		"name": "b.c",
		"mapped": false,
		"count": 1,
		"offset": 12,
		"class": "odd",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "pickle.import",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"module": "collections",
		"name": "OrderedDict",
		"mapped": false,
		"count": 1,
		"offset": 12,
		"class": "safe",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "pickle.import",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"module": "my",
		"name": "Model",
		"mapped": false,
		"count": 1,
		"offset": 12,
		"class": "unknown",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "models/pytorch_model.bin imports os.system (starts processes) when it is loaded."}, {"on": item_2, "message": "models/pytorch_model.bin imports a.b.c when it is loaded."}} with input.evidence as {"pickle.import": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"pickle.import": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_forbidden_by_the_policy if {
	item := object.union(item_1, {"data": {"module": "acme.models", "name": "Ranker", "class": "safe"}})
	want := {{"on": item, "message": "models/pytorch_model.bin imports acme.models.Ranker when it is loaded, which the policy forbids."}}
	rule.violations == want with input.evidence as {"pickle.import": [item]}
		with data.config.rules["pickle-unsafe-import"].options as {"forbid": ["acme.models.Ranker"]}
	rule.violations == want with input.evidence as {"pickle.import": [item]}
		with data.config.rules["pickle-unsafe-import"].options as {"forbid": ["acme.*"]}
	rule.violations == set() with input.evidence as {"pickle.import": [item]}
		with data.config.rules["pickle-unsafe-import"].options as {"forbid": ["acme", "acmes.*"]}
}
