package publisher_test

import data.lib.given
import data.lib.publisher

reference := {"data": {"model": {"source": "hf", "namespace": "org", "name": "name"}}, "model": "org/name"}

owner(name, registry) := {"data": {"name": name, "registry": registry}, "model": "org/name"}

entry(name) := {"data": {"owner": {"name": name}}, "model": "org/name"}

# The owner is told by the model, since after a move its name is not that of the namespace.
test_of if {
	publisher.of(reference) == [owner("other", "hf")] with input as given.facts({
		"hub.publisher": [owner("other", "hf"), owner("org", "ollama")],
		"lock.entry": [entry("org")],
	})
}

test_of_the_lock if {
	publisher.of(reference) == [{"data": {"name": "org"}}] with input as given.facts({"lock.entry": [entry("org"), entry("")]})
	publisher.of(reference) == [] with input as given.facts({})
}

test_the_lock_does_not_answer_for_the_registry if {
	publisher.of(reference) == [] with input as given.facts({"lock.entry": [entry("org")], "hub.model": [{"data": {}, "model": "org/name"}]})
}

test_trusted if {
	publisher.trusted({"data": {"id": "5f0c"}}) with data.config.publishers as [{"id": "5f0c"}]
	not publisher.trusted({"data": {"id": ""}}) with data.config.publishers as [{"id": ""}]
}
