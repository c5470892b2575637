package package_from_elsewhere_test

import data.rules.content["package-from-elsewhere"] as rule

index := {"kind": "packages.source", "at": {"path": "requirements.txt"}, "data": {"name": "", "option": "index-url", "location": "http://x/simple"}, "model": "", "source": ""}

direct := {"kind": "packages.source", "at": {"path": "conda.yaml"}, "data": {"name": "tool", "option": "url", "location": "http://x/t.tar.gz"}, "model": "", "source": ""}

good := {"kind": "torch.storage", "at": {"path": "m.bin"}, "data": {"key": "0", "numel": 10}, "model": "", "source": ""}

test_fires if {
	rule.violations == {
		{"on": index, "message": "requirements.txt installs packages from http://x/simple (index-url)."},
		{"on": direct, "message": "conda.yaml installs tool from http://x/t.tar.gz (url)."},
	} with input.evidence as {"packages.source": [index, direct]}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"torch.storage": [good]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
