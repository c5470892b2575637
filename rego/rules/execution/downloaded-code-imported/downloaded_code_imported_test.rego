package downloaded_code_imported_test

import data.lib.given
import data.rules.execution["downloaded-code-imported"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "importlib.import_module",
		"unsafe": "downloaded-code",
		"context": "code",
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
		"callee": "importlib.import_module",
		"unsafe": "downloaded-code",
		"context": "code",
		"flag": "x",
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
		"callee": "importlib.import_module",
		"unsafe": "downloaded-code",
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
		"callee": "importlib.import_module",
		"unsafe": "other",
		"context": "code",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "importlib.import_module runs code that was downloaded with org/name."}, {"on": item_2, "message": "importlib.import_module runs code that was downloaded with the model that it loads.", "at_most": "warn"}} with input as given.facts({"code.load": [item_1, item_2]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"code.load": [item_3, item_4]})
}

test_one_cause_is_told_once if {
	kernel := object.union(item_1, {"data": {"callee": "kernels.get_kernel"}})
	trusted := object.union(kernel, {"data": {"unsafe": "remote-code", "flag": "trust_remote_code", "value": "true"}})
	rule.violations == set() with input as given.facts({"code.load": [kernel, trusted]})

	other := object.union(trusted, {"data": {"model": "org/other"}})
	count(rule.violations) == 1 with input as given.facts({"code.load": [kernel, other]})

	unsure := object.union(trusted, {"data": {"value": "?"}})
	count(rule.violations) == 1 with input as given.facts({"code.load": [kernel, unsure]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}
