package use_test

import data.lib.use

test_call if {
	use.call({"data": {"callee": "torch.load", "flag": "weights_only", "value": "False"}}) == "torch.load(weights_only=False)"
	use.call({"data": {"callee": "torch.load", "flag": "weights_only", "value": "absent"}}) == "torch.load without weights_only"
	use.call({"data": {"callee": "torch.load", "flag": "weights_only", "value": "?"}}) == "torch.load"
	use.call({"data": {}}) == "a loader"
}

test_subject if {
	use.subject({"data": {"callee": "datasets.load_dataset"}}) == "the data set that it loads"
	use.subject({"data": {"callee": "transformers.pipeline"}}) == "the model that it loads"
	use.subject({"data": {"callee": "datasets.load_dataset", "model": "a/b"}}) == "a/b"
	use.content({"data": {}}) == "what it reads"
	use.content({"data": {"model": "a/b"}}) == "a/b"
}

test_listed_contexts if {
	use.models == [] with input.evidence as {"refs.reference": [{"data": {"id": "a/b", "context": "test", "model": {"source": "hf"}}}]}
	use.remote == [] with input.evidence as {"refs.reference": [{"data": {"id": "a", "context": "code", "model": {"source": "local"}}}]}
}
