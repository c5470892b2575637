package suspicious_model_code_test

import data.rules.execution["suspicious-model-code"] as rule

item_1 := {
	"kind": "python.call",
	"at": {
		"path": "modeling.py",
		"line": 4,
	},
	"data": {
		"callee": "os.system",
		"scope": "module",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "python.call",
	"at": {
		"path": "modeling.py",
		"line": 4,
	},
	"data": {
		"callee": "subprocess.run",
		"scope": "function",
	},
	"model": "",
	"source": "",
}

# A call that the file hides in encoded text.
decoded(item) := json.patch(item, [{"op": "add", "path": "/data/decoded", "value": true}])

item_3 := {
	"kind": "python.file",
	"at": {
		"path": "modeling.py",
	},
	"data": {
		"sha256": "aa",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "modeling.py calls os.system as soon as it is imported."}, {"on": item_2, "message": "modeling.py calls subprocess.run when one of its functions is called.", "at_most": "warn"}} with input.evidence as {"python.call": [item_1, item_2]}
}

test_denies_decoded_code_in_a_function if {
	rule.violations == {
		{"on": decoded(item_1), "message": "modeling.py calls os.system as soon as it is imported, in text that it decodes or evaluates."},
		{"on": decoded(item_2), "message": "modeling.py calls subprocess.run when one of its functions is called, in text that it decodes or evaluates."},
	} with input.evidence as {"python.call": [decoded(item_1), decoded(item_2)]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"python.file": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
