package unpinned_revision_test

import data.lib.given
import data.rules.verification["unpinned-revision"] as rule

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
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 9,
	},
	"data": {
		"model": {
			"source": "hf",
			"namespace": "org",
			"name": "name",
			"revision": "main",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 9,
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

item_3 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 11,
	},
	"data": {
		"model": {
			"source": "url",
			"url": "https://a.example/m.pt",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 11,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "https://a.example/m.pt",
	},
	"model": "https://a.example/m.pt",
	"source": "",
}

item_4 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 12,
	},
	"data": {
		"model": {
			"source": "kaggle",
			"namespace": "acme",
			"name": "m",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 12,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "acme/m",
	},
	"model": "acme/m",
	"source": "",
}

item_5 := {
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
			"revision": "1111111111111111111111111111111111111111",
		},
		"loader": "transformers.AutoModel.from_pretrained",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": true,
		"id": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_6 := {
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
		"context": "doc",
		"resolution": "literal",
		"immutable": false,
		"id": "org/name",
	},
	"model": "org/name",
	"source": "",
}

item_7 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "local",
			"name": "weights",
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
		"id": "weights",
	},
	"model": "weights",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "transformers.AutoModel.from_pretrained loads org/name without a commit, which its owner can change at any time."}, {"on": item_2, "message": "transformers.AutoModel.from_pretrained loads org/name at \"main\", which its owner can change at any time."}, {"on": item_3, "message": "transformers.AutoModel.from_pretrained loads https://a.example/m.pt without a digest, which its owner can change at any time."}, {"on": item_4, "message": "transformers.AutoModel.from_pretrained loads acme/m without a fixed version, which its owner can change at any time."}} with input as given.facts({"refs.reference": [item_1, item_2, item_3, item_4]})
}

test_silent_on_good if {
	rule.violations == set() with input as given.facts({"refs.reference": [item_5, item_6, item_7]})
}

test_no_evidence if {
	rule.violations == set() with input as given.facts({})
}

test_names_the_locked_commit if {
	entry := {"at": {"path": "models.lock"}, "data": {"commit": "11aa", "revision": "main"}, "model": "org/name"}
	bare := {"at": {"path": "models.lock"}, "data": {}, "model": "org/name"}
	rule.violations == {{
		"on": item_1,
		"message": "transformers.AutoModel.from_pretrained loads org/name without a commit, which its owner can change at any time; the lock has it at 11aa.",
	}} with input as given.facts({"refs.reference": [item_1], "lock.entry": [bare, entry]})
}
