package index_mismatch_test

import data.rules.content["index-mismatch"] as rule

index := "model.safetensors.index.json"

item(stated) := {"kind": "shards.mismatch", "at": {"path": index, "line": 3}, "data": object.union({"index": index, "shard": "a.safetensors"}, stated), "model": "", "source": ""}

found(stated) := findings if {
	findings := rule.violations with input.evidence as {"shards.mismatch": [item(stated)]}
}

said(stated) := {finding.message | some finding in found(stated)}

test_fires if {
	stated := {"problem": "elsewhere", "tensor": "w", "other": "b.safetensors", "count": 3}
	found(stated) == {{"on": item(stated), "message": "model.safetensors.index.json puts the tensor \"w\" (and 2 more) in a.safetensors, but b.safetensors has it."}}
}

test_each_problem if {
	said({"problem": "absent", "tensor": "w", "count": 1}) == {"model.safetensors.index.json puts the tensor \"w\" in a.safetensors, which does not have it."}
	said({"problem": "unlisted", "tensor": "w", "count": 1}) == {"model.safetensors.index.json does not name the tensor \"w\", which a.safetensors has."}
	said({"problem": "unlisted-file", "count": 1}) == {"model.safetensors.index.json does not name a.safetensors, which is named as its files are."}
	said({"problem": "twice", "tensor": "w", "other": "b.safetensors", "count": 1}) == {"model.safetensors.index.json puts the tensor \"w\" in both a.safetensors and b.safetensors."}
	said({"problem": "differs", "tensor": "w", "other": "b.safetensors", "count": 1}) == {"The tensor \"w\" has other contents in a.safetensors than in b.safetensors, beside model.safetensors.index.json."}
	said({"problem": "indexes", "tensor": "w", "other": "model.fp16.safetensors.index.json", "count": 1}) == {"model.safetensors.index.json and model.fp16.safetensors.index.json disagree about the tensor \"w\", which the first puts in a.safetensors."}
}

test_missing_file_is_unsure if {
	stated := {"problem": "missing-file", "count": 2}
	found(stated) == {{"on": item(stated), "message": "model.safetensors.index.json names a.safetensors (and 1 more), which is missing.", "at_most": "warn"}}
}

test_silent_on_good if {
	rule.violations == set() with input.evidence as {"config.duplicate": [{"kind": "config.duplicate", "at": {"path": index}, "data": {"name": "auto_map"}, "model": "", "source": ""}]}
}

test_no_evidence if {
	rule.violations == set() with input.evidence as {}
}
