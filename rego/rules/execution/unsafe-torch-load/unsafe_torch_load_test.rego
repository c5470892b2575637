package unsafe_torch_load_test

import data.rules.execution["unsafe-torch-load"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "torch.load",
		"unsafe": "torch-pickle",
		"context": "code",
		"flag": "weights_only",
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
		"callee": "torch.load",
		"unsafe": "torch-pickle",
		"context": "code",
		"flag": "weights_only",
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
		"callee": "torch.load",
		"unsafe": "torch-pickle",
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
		"callee": "torch.load",
		"unsafe": "other",
		"context": "code",
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "torch.load",
		"unsafe": "torch-pickle",
		"context": "code",
		"flag": "weights_only",
		"value": "absent",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "torch.load(weights_only=False) unpickles org/name, which can run any code."}, {"on": item_2, "message": "torch.load unpickles what it reads, which can run any code.", "at_most": "warn"}} with input.evidence as {"code.load": [item_1, item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"code.load": [item_3, item_4]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_says_when_it_depends if {
	rule.violations == {{"on": item_5, "message": "torch.load without weights_only unpickles what it reads, which before torch 2.6 can run any code."}} with input.evidence as {"code.load": [item_5]}
}

pinned(item, answer) := json.patch(item, [{"op": "add", "path": "/data/version_safe", "value": answer}])

test_silent_where_every_version_is_safe if {
	rule.violations == set() with input.evidence as {"code.load": [pinned(item_5, "yes")]}
}

test_fires_where_no_version_is_safe if {
	messages := {violation.message | some violation in rule.violations} with input.evidence as {"code.load": [pinned(item_5, "no")]}
	messages == {"torch.load without weights_only unpickles what it reads, which with the torch that the project requires can run any code."}
}

test_fires_where_the_version_is_not_known if {
	count(rule.violations) == 1 with input.evidence as {"code.load": [pinned(item_5, "unknown")]}
}

# An argument that is given does not depend on the version.
test_fires_where_the_argument_is_given if {
	count(rule.violations) == 1 with input.evidence as {"code.load": [pinned(item_1, "yes")]}
}
