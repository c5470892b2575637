package config_contradiction_test

import data.rules.content["config-contradiction"] as rule

item(kind, stated) := {"kind": kind, "at": {"path": "config.json", "line": 3}, "data": stated, "model": "", "source": ""}

test_fires if {
	one := item("config.contradiction", {"field": "vocab_size", "says": "32000", "file": "model.safetensors", "other": "2 rows in model.embed_tokens.weight"})
	two := item("tokenizer.contradiction", {"field": "token 5", "says": "<s>", "file": "added_tokens.json", "other": "</s>"})
	rule.violations == {
		{"on": one, "message": "config.json gives vocab_size as 32000, but model.safetensors has 2 rows in model.embed_tokens.weight."},
		{"on": two, "message": "config.json gives token 5 as <s>, but added_tokens.json has </s>."},
	} with input.evidence as {"config.contradiction": [one], "tokenizer.contradiction": [two]}
}

test_a_file_that_is_not_there if {
	code := item("config.contradiction", {"field": "auto_map", "says": "modeling_x.X", "file": "modeling_x.py", "other": ""})
	rule.violations == {{"on": code, "message": "config.json gives auto_map as modeling_x.X, but there is no modeling_x.py."}} with input.evidence as {"config.contradiction": [code]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"config.duplicate": [item("config.duplicate", {"name": "auto_map"})]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
