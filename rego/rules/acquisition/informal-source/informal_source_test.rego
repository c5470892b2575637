package informal_source_test

import data.rules.acquisition["informal-source"] as rule

item_1 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 3,
	},
	"data": {
		"model": {
			"source": "url",
			"url": "https://www.dropbox.com/s/x/m.pt?dl=1",
		},
		"loader": "wget",
		"at": {
			"path": "app.py",
			"line": 3,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "https://www.dropbox.com/s/x/m.pt?dl=1",
	},
	"model": "https://www.dropbox.com/s/x/m.pt?dl=1",
	"source": "",
}

item_2 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 5,
	},
	"data": {
		"model": {
			"source": "url",
			"url": "id:1a",
		},
		"loader": "gdown.download",
		"at": {
			"path": "app.py",
			"line": 5,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "id:1a",
	},
	"model": "id:1a",
	"source": "",
}

item_3 := {
	"kind": "artifact.committed",
	"at": {
		"path": "models/m.pt",
	},
	"data": {
		"sha256": "aa",
		"lfs": false,
	},
	"model": "",
	"source": "",
}

item_4 := {
	"kind": "artifact.committed",
	"at": {
		"path": "models/m.eml",
	},
	"data": {
		"sha256": "bb",
	},
	"model": "",
	"source": "",
}

item_5 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 6,
	},
	"data": {
		"model": {
			"source": "url",
			"url": "https://user@t.me/x",
		},
		"loader": "curl",
		"at": {
			"path": "app.py",
			"line": 6,
		},
		"finder": "python",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "https://user@t.me/x",
	},
	"model": "https://user@t.me/x",
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
		"context": "code",
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
			"source": "url",
			"url": "https://notdropbox.com/m.pt",
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
		"id": "https://notdropbox.com/m.pt",
	},
	"model": "https://notdropbox.com/m.pt",
	"source": "",
}

item_8 := {
	"kind": "artifact.committed",
	"at": {
		"path": "models/m.pt",
	},
	"data": {
		"sha256": "aa",
	},
	"model": "",
	"source": "",
}

item_9 := {
	"kind": "artifact.committed",
	"at": {
		"path": "models/n.pt",
	},
	"data": {
		"sha256": "cc",
		"origin": "hf:org/name",
	},
	"model": "",
	"source": "",
}

item_10 := {
	"kind": "lock.entry",
	"at": {
		"path": "models/m.bin",
	},
	"data": {
		"commit": "1111111111111111111111111111111111111111",
		"files": [
			{
				"path": "m.pt",
				"sha256": "aa",
			},
		],
	},
	"model": "org/name",
	"source": "",
}

test_fires if {
	rule.violations == {{"on": item_1, "message": "wget loads a model from www.dropbox.com, a place for sharing files that names no publisher."}, {"on": item_2, "message": "gdown.download downloads a model from a personal drive, which names no publisher."}, {"on": item_3, "message": "models/m.pt is committed, and neither an origin nor a lock entry says where it comes from."}, {"on": item_4, "message": "models/m.eml shows that a model came by mail or as a download of a person."}, {"on": item_5, "message": "curl loads a model from t.me, a place for sharing files that names no publisher."}} with input.evidence as {"refs.reference": [item_1, item_2, item_5], "artifact.committed": [item_3, item_4]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"refs.reference": [item_6, item_7], "artifact.committed": [item_8, item_9], "lock.entry": [item_10]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == set() with input.evidence as {"artifact.committed": [item_8]}
		with data.config.produced as ["models/**"]
}

item_11 := {
	"kind": "refs.reference",
	"at": {
		"path": "app.py",
		"line": 6,
	},
	"data": {
		"model": {
			"source": "url",
			"url": "https://drive.google.com/uc?id=1a",
		},
		"loader": "gdown.download",
		"context": "code",
		"resolution": "literal",
		"immutable": false,
		"id": "https://drive.google.com/uc?id=1a",
	},
	"model": "https://drive.google.com/uc?id=1a",
	"source": "",
}

test_a_place_is_told_once if {
	rule.violations == {{"on": item_11, "message": "gdown.download loads a model from drive.google.com, a place for sharing files that names no publisher."}} with input.evidence as {"refs.reference": [item_11]}
}
