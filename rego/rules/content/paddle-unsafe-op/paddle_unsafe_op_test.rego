package paddle_unsafe_op_test

import data.rules.content["paddle-unsafe-op"] as rule

python := {"kind": "paddle.operator", "at": {"path": "m.pdmodel"}, "data": {"type": "py_func", "problem": "python"}, "model": "", "source": ""}

files := {"kind": "paddle.operator", "at": {"path": "m.pdmodel"}, "data": {"type": "load", "problem": "file"}, "model": "", "source": ""}

good := {"kind": "torch.storage", "at": {"path": "m.bin"}, "data": {"key": "0", "numel": 10}, "model": "", "source": ""}

test_fires if {
	rule.violations == {
		{"on": python, "message": "m.pdmodel has the operator py_func, which calls Python."},
		{"on": files, "message": "m.pdmodel has the operator load, which uses files of the machine.", "at_most": "warn"},
	} with input.evidence as {"paddle.operator": [python, files]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [good]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
