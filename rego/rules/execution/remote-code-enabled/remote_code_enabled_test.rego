package remote_code_enabled_test

import data.lib.given
import data.rules.execution["remote-code-enabled"] as rule

item_1 := {
	"kind": "code.load",
	"at": {
		"path": "app.py",
		"line": 7,
	},
	"data": {
		"callee": "transformers.AutoModel.from_pretrained",
		"unsafe": "remote-code",
		"context": "code",
		"flag": "trust_remote_code",
		"value": "True",
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
		"callee": "transformers.pipeline",
		"unsafe": "remote-code",
		"context": "code",
		"flag": "trust_remote_code",
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
		"callee": "torch.hub.load",
		"unsafe": "torch-hub",
		"context": "code",
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
		"callee": "x",
		"unsafe": "remote-code",
		"context": "test",
	},
	"model": "",
	"source": "",
}

item_5 := {
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

item_6 := {
	"kind": "review.approval",
	"at": {
		"path": "policy.yaml",
	},
	"data": {
		"kind": "code",
		"sha256": "aa",
		"approved_by": "ana",
	},
	"model": "",
	"source": "",
}

item_7 := {
	"kind": "python.file",
	"at": {
		"path": "x.py",
	},
	"data": {
		"sha256": "bb",
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "transformers.AutoModel.from_pretrained(trust_remote_code=True) runs Python code from the repository of org/name."}, {"on": item_2, "message": "transformers.pipeline runs Python code from the repository of the model that it loads.", "at_most": "warn"}} with input as given.facts({"code.load": [item_1, item_2]})
}

test_says_whose_code if {
	pipeline := object.union(item_1, {"data": {"flag": "custom_pipeline", "value": "some_pipeline"}})
	data_set := object.union(item_1, {"data": {"callee": "datasets.load_dataset", "model": ""}})
	{violation.message | some violation in rule.violations} == {"transformers.AutoModel.from_pretrained(custom_pipeline=some_pipeline) runs Python code from the custom pipeline some_pipeline.", "datasets.load_dataset(trust_remote_code=True) runs Python code from the repository of the data set that it loads."} with input as given.facts({"code.load": [pipeline, data_set]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"code.load": [item_3, item_4]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_option_changed if {
	rule.violations == set() with input as given.facts({"code.load": [item_1], "python.file": [item_5], "review.approval": [item_6]})
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
}

test_fires_on_unreviewed_file if {
	rule.violations == {{"on": item_1, "message": "transformers.AutoModel.from_pretrained(trust_remote_code=True) runs Python code from the repository of org/name."}} with input as given.facts({"code.load": [item_1], "python.file": [item_5, item_7], "review.approval": [item_6]})
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
}

reference(fields) := {
	"kind": "refs.reference",
	"at": {"path": "app.py", "line": 7, "column": 31},
	"data": object.union(
		{
			"id": "org/name",
			"loader": "transformers.AutoModel.from_pretrained",
			"args": {"trust_remote_code": "?"},
			"context": "code",
		},
		fields,
	),
	"model": "org/name",
	"source": "",
}

sink := {"path": "app.py", "line": 9, "column": 5, "end_line": 11}

found(evidence) := {[violation.on.at, violation.at_most, violation.message] | some violation in violations} if {
	violations := rule.violations with input as given.facts(evidence)
}

may(subject) := sprintf("transformers.AutoModel.from_pretrained may run code from the repository of %v: the value of trust_remote_code is known only at run time.", [subject])

test_warns_of_unknown_value if {
	found({"refs.reference": [reference({"loaded_at": [sink]})]}) == {[sink, "warn", may("org/name")]}
	found({"refs.reference": [reference({"id": ""})]}) == {[reference({}).at, "warn", may("the model that it loads")]}
}

test_warns_once_for_a_place if {
	found({"refs.reference": [
		reference({"loaded_at": [sink]}),
		reference({"id": "org/other", "loaded_at": [sink]}),
	]}) == {[sink, "warn", may("org/name")]}
}

test_silent_where_a_load_says_it if {
	load := object.union(item_1, {"at": {"line": 10}, "data": {"value": "?"}})
	{message | some [_, _, message] in found({
		"refs.reference": [reference({"loaded_at": [sink]})],
		"code.load": [load],
	})} == {"transformers.AutoModel.from_pretrained runs Python code from the repository of org/name."}
}

test_silent_on_known_value if {
	found({"refs.reference": [
		reference({"args": {"trust_remote_code": "false"}}),
		reference({"context": "test"}),
		reference({"context": "doc"}),
	]}) == set()
}

# The code that is run is that of the other repository, and the library that is imported.
test_fires_on_code_elsewhere if {
	elsewhere := {"kind": "config.remote-code", "at": {"path": "config.json"}, "data": {"class": "modeling.M", "repository": "other/code"}, "model": "org/name", "source": ""}
	here := object.union(elsewhere, {"data": {"repository": ""}})
	reviewed := {"code.load": [item_1], "python.file": [item_5], "review.approval": [item_6]}
	library := object.union(item_7, {"kind": "native.library", "at": {"path": "x.so"}})
	rule.violations == set() with input as given.facts(object.union(reviewed, {"config.remote-code": [here]}))
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
	count(rule.violations) == 1 with input as given.facts(object.union(reviewed, {"config.remote-code": [elsewhere]}))
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
	pinned := {"kind": "refs.reference", "at": {"path": "m.py"}, "model": "org/name", "source": "", "data": {"id": "org/name", "context": "code", "model": {"source": "hf", "revision": "aa"}, "args": {"code_revision": "aa"}}}
	other := object.union(pinned, {"data": {"args": {"code_revision": "bb"}}})
	rule.violations == set() with input as given.facts(object.union(reviewed, {"refs.reference": [pinned]}))
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
	count(rule.violations) == 1 with input as given.facts(object.union(reviewed, {"refs.reference": [other]}))
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
	count(rule.violations) == 1 with input as given.facts(object.union(reviewed, {"native.library": [library]}))
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
}

test_silent_on_unknown_value_of_reviewed_code if {
	rule.violations == set() with input as given.facts({"refs.reference": [reference({})], "python.file": [item_5], "review.approval": [item_6]})
		with data.config.rules["remote-code-enabled"].options as {"review": ["production"]}
}
