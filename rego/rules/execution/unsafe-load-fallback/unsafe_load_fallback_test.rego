package unsafe_load_fallback_test

import data.rules.execution["unsafe-load-fallback"] as rule

item_1 := {
	"kind": "code.fallback-load",
	"at": {
		"path": "app.py",
		"line": 9,
	},
	"data": {
		"callee": "torch.load",
		"flag": "weights_only",
		"value": "False",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "torch.load",
		"unsafe": "torch-pickle",
		"context": "code",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "torch.load loads a file unprotected after the protected load has refused it."}} with input.evidence as {"code.fallback-load": [item_1]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"code.load": [item_2]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
