package embedded_code_test

import data.rules.content["embedded-code"] as rule

item_1 := {"kind": "rds.code", "at": {"path": "m.rds"}, "data": {"type": "closure", "text": "f()"}, "model": "", "source": ""}

item_2 := {"kind": "embedded.command", "at": {"path": "m.mlmodel"}, "data": {"field": "script", "text": "sh -c true", "language": "shell", "evaluated": true}, "model": "", "source": ""}

item_3 := {"kind": "torch7.function", "at": {"path": "m.t7"}, "data": {"type": "function", "text": "12 bytes"}, "model": "", "source": ""}

good := {"kind": "torch.storage", "at": {"path": "m.bin"}, "data": {"key": "0", "numel": 10}, "model": "", "source": ""}

test_fires if {
	rule.violations == {
		{"on": item_1, "message": "m.rds carries code (closure): f().", "at_most": "warn"},
		{"on": item_2, "message": "m.mlmodel carries code under \"script\": sh -c true."},
		{"on": item_3, "message": "m.t7 carries code (function): 12 bytes.", "at_most": "warn"},
	} with input.evidence as {"rds.code": [item_1], "embedded.command": [item_2], "torch7.function": [item_3]}
}

metadata(payload) := {"kind": "gguf.metadata", "at": {"path": "m.gguf"}, "data": {"key": "note", "payload": payload}, "model": "", "source": ""}

test_fires_on_programs if {
	item := metadata("base64 elf")
	rule.violations == {{"on": item, "message": "m.gguf carries a program (base64 elf) in its metadata entry \"note\"."}} with input.evidence as {"gguf.metadata": [item, metadata("script"), metadata("base64 zip"), metadata("")]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [good]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
