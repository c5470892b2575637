package chat_template_escape_test

import data.rules.content["chat-template-escape"] as rule

item_1 := {
	"kind": "template.attribute",
	"at": {
		"path": "tokenizer_config.json",
		"line": 3,
	},
	"data": {
		"text": "x.__class__.__mro__",
		"name": "__class__",
	},
	"model": "",
	"source": "",
}

item_2 := {
	"kind": "template.call",
	"at": {
		"path": "tokenizer_config.json",
		"line": 3,
	},
	"data": {
		"text": "x|urldecode",
		"name": "urldecode",
	},
	"model": "",
	"source": "",
}

item_3 := {
	"kind": "template.tag",
	"at": {
		"path": "tokenizer_config.json",
		"line": 3,
	},
	"data": {
		"text": "{% include 'x' %}",
		"name": "include",
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "template.tag",
	"at": {
		"path": "tokenizer_config.json",
		"line": 3,
	},
	"data": {
		"text": "{% do x %}",
		"name": "do",
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "torch.storage",
	"at": {
		"path": "models/pytorch_model.bin!archive/data.pkl",
		"offset": 12,
	},
	"data": {
		"key": "0",
		"numel": 10,
		"size": 20,
		"problem": "",
	},
	"model": "",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "tokenizer_config.json has a chat template that reaches __class__: x.__class__.__mro__."}, {"on": item_2, "message": "tokenizer_config.json has a chat template that uses urldecode, which ordinary templates do not: x|urldecode.", "at_most": "warn"}, {"on": item_3, "message": "tokenizer_config.json has a chat template that uses include, which ordinary templates do not: {% include 'x' %}."}, {"on": item_4, "message": "tokenizer_config.json has a chat template that uses do, which ordinary templates do not: {% do x %}.", "at_most": "warn"}} with input.evidence as {"template.attribute": [item_1], "template.call": [item_2], "template.tag": [item_3, item_4]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [item_5]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

called(name) := object.union(item_2, {"data": {"text": "called", "name": name}})

# What only a renderer without a sandbox has is denied.
test_reaching_calls if {
	items := [called("getattr"), called("__import__")]
	found := rule.violations with input.evidence as {"template.call": items}
	count(found) == 2
	every violation in found {
		not violation.at_most
	}
}
