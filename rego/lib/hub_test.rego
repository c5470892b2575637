package hub_test

import data.lib.given
import data.lib.hub

reference(source, revision) := {"data": {"model": {"source": source, "revision": revision}}, "model": "a/b"}

entry(registry, revision) := {"data": {"registry": registry, "revision": revision}, "model": "a/b"}

test_about if {
	facts := given.facts({"lock.entry": [entry("ollama", "v1")]})
	hub.about(reference("ollama", "")) == {"lock.entry": [entry("ollama", "v1")]} with input as facts
	hub.about(reference("hf", "")) == {} with input as facts
}

test_pinned if {
	every pair in [["v1", "v1"], ["", "main"], ["main", ""]] {
		entries := [entry("hf", pair[1])]
		hub.pinned(reference("hf", pair[0]), "lock.entry") == entries with input as given.facts({"lock.entry": entries})
	}
	hub.pinned(reference("hf", "v2"), "lock.entry") == [] with input as given.facts({"lock.entry": [entry("hf", "v1")]})
	hub.pinned(reference("hf", "v2"), "lock.entry") == [] with input as given.facts({})
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
