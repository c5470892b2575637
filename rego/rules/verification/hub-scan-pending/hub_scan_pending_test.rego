package hub_scan_pending_test

import data.lib.given
import data.rules.verification["hub-scan-pending"] as rule

item_1 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "org",
			"name": "name",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_2 := {
	"kind": "hub.scan",
	"at": {
		"path": "app.py",
	},
	"data": {
		"done": false,
		"files": [],
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "hub.scan",
	"at": {
		"path": "app.py",
	},
	"data": {
		"done": true,
		"files": [],
	},
	"model": "org/name",
	"source": "",
}

item_4 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "ollama",
			"name": "llama3",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "llama3",
	},
	"model": "llama3",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name must pass the scan of its hub: required, no evidence that it is done."}} with input as given.facts({"refs.reference": [item_1], "hub.scan": [item_2]})
}

test_fires_without_scan if {
	rule.violations == {{"on": item_1, "message": "org/name must pass the scan of its hub: required, no evidence that it is done."}} with input as given.facts({"refs.reference": [item_1]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_1, item_4], "hub.scan": [item_3]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_fires_on_a_file_without_result if {
	item := object.union(item_3, {"data": {"done": true, "files": [{"path": "a.bin", "level": "error"}, {"path": "b.bin", "level": "unsafe"}]}})
	rule.violations == {{
		"on": item,
		"message": "a.bin of org/name has no result in the scan of its hub: error.",
	}} with input as given.facts({"refs.reference": [item_1], "hub.scan": [item]})
}

test_fires_on_the_scan_of_another_registry if {
	item := object.union(item_3, {"data": {"done": true, "registry": "modelscope"}})
	rule.violations == {{
		"on": item_1,
		"message": "org/name must pass the scan of its hub: required, no evidence that it is done.",
	}} with input as given.facts({"refs.reference": [item_1], "hub.scan": [item]})
}
