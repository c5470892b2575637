package unsafe_keras_load_test

import data.rules.execution["unsafe-keras-load"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "keras.models.load_model",
		"unsafe": "keras-code",
		"context": "code",
		"flag": "safe_mode",
		"value": "False",
		"model": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "keras.models.load_model",
		"unsafe": "keras-code",
		"context": "code",
		"flag": "safe_mode",
		"value": "?",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "keras.models.load_model",
		"unsafe": "keras-code",
		"context": "doc",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "keras.models.load_model",
		"unsafe": "other",
		"context": "code",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "keras.models.load_model(safe_mode=False) can run code that is stored in org/name."}, {"on": item_2, "message": "keras.models.load_model can run code that is stored in the model that it loads.", "at_most": "warn"}} with input.evidence as {"code.load": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"code.load": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
