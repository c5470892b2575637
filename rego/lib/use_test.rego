package use_test

import data.lib.use

test_call if {
	use.call({"data": {"callee": "torch.load", "flag": "weights_only", "value": "False"}}) == "torch.load(weights_only=False)"
	use.call({"data": {"callee": "torch.load", "flag": "weights_only", "value": "absent"}}) == "torch.load without weights_only"
	use.call({"data": {"callee": "torch.load", "flag": "weights_only", "value": "?"}}) == "torch.load"
	use.call({"data": {}}) == "a loader"
}

test_listed_contexts if {
	use.models == [] with input.evidence as {"refs.reference": [{"data": {"id": "a/b", "context": "test", "model": {"source": "hf"}}}]}
	use.remote == [] with input.evidence as {"refs.reference": [{"data": {"id": "a", "context": "code", "model": {"source": "local"}}}]}
}
