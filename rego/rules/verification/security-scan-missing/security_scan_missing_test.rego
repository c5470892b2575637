package security_scan_missing_test

import data.rules.verification["security-scan-missing"] as rule

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
	"kind": "scan.record",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"engine": "1",
		"rules": "2",
		"mode": "full",
		"verdict": "fail",
		"age_days": 3,
	},
	"model": "org/name",
	"source": "",
}

item_3 := {
	"kind": "scan.record",
	"at": {
		"path": "models.lock",
	},
	"data": {
		"engine": "1",
		"rules": "2",
		"mode": "full",
		"verdict": "pass",
		"age_days": 3,
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

test_fires if {
	rule.violations == {{"on": item_1, "message": "org/name has no passed security scan of the last 90 days: required, no evidence."}} with input.evidence as {"refs.reference": [item_1], "scan.record": [item_2]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"refs.reference": [item_1, item_4], "scan.record": [item_3]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}

test_option_changed if {
	rule.violations == {{"on": item_1, "message": "org/name has no passed security scan of the last 2 days: required, no evidence."}} with input.evidence as {"refs.reference": [item_1], "scan.record": [item_3]}
		with data.config.rules["security-scan-missing"].options as {"max_age_days": 2}
}
