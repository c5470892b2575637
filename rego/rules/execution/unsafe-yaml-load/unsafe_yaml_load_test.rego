package unsafe_yaml_load_test

import data.rules.execution["unsafe-yaml-load"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "yaml.load",
		"unsafe": "yaml",
		"context": "code",
		"flag": "Loader",
		"value": "UnsafeLoader",
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
		"callee": "yaml.load",
		"unsafe": "yaml",
		"context": "code",
		"flag": "Loader",
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
		"callee": "yaml.load",
		"unsafe": "yaml",
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
		"callee": "yaml.load",
		"unsafe": "other",
		"context": "code",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "yaml.load(Loader=UnsafeLoader) makes any Python object that is named in org/name, which can run any code."}, {"on": item_2, "message": "yaml.load makes any Python object that is named in what it reads, which can run any code.", "at_most": "warn"}} with input.evidence as {"code.load": [item_1, item_2]}
}

test_depends_on_version if {
	full := object.union(item_1, {"data": {"value": "FullLoader"}})
	rule.violations == {{"on": full, "message": "yaml.load(Loader=FullLoader) makes any Python object that is named in org/name, which before PyYAML 5.4 can run any code."}} with input.evidence as {"code.load": [full]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"code.load": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
