package hub_test

import data.lib.hub

test_named if {
	hub.named({"data": {"model": {"source": "ollama"}}, "model": "a/b"}) == ["ollama", "a/b"]
	hub.about({"data": {"registry": "ollama"}, "model": "a/b"}) == ["ollama", "a/b"]
	hub.about({"data": {}, "model": "a/b"}) == ["hf", "a/b"]
}

test_revisions if {
	reference := {"data": {"model": {"source": "hf", "revision": "v1"}}, "model": "a/b"}
	hub.pinned(reference) == ["hf", "a/b", "v1"]
	hub.pinned({"data": {"model": {"source": "hf"}}, "model": "a/b"}) == ["hf", "a/b", "main"]
	hub.locked({"data": {"revision": "v1"}, "model": "a/b"}) == ["hf", "a/b", "v1"]
	hub.locked({"data": {"revision": ""}, "model": "a/b"}) == ["hf", "a/b", "main"]
}

test_subject if {
	hub.subject({"at": {"path": "x"}, "data": {"id": "a/b@c"}, "model": "a/b"}) == "a/b@c"
	hub.subject({"at": {"path": "x"}, "data": {}, "model": "a/b"}) == "a/b"
	hub.subject({"at": {"path": "x"}, "data": {}, "model": ""}) == "x"
}

at := {"path": "app.py", "line": 3}

gone(reason, revision) if {
	hub.commit_gone({"at": at, "data": {"reason": reason}, "model": ""}) with input.evidence as {"refs.reference": [{"at": at, "data": {"model": {"revision": revision}}}]}
}

test_commit_gone if {
	gone("revision", "1111111111111111111111111111111111111111")
	not gone("revision", "v1")
	not gone("gated", "1111111111111111111111111111111111111111")
}

test_commit_gone_elsewhere if {
	not hub.commit_gone({"at": {"path": "b.py"}, "data": {"reason": "revision"}, "model": ""}) with input.evidence as {"refs.reference": [{"at": at, "data": {"model": {"revision": "1111111111111111111111111111111111111111"}}}]}
}
