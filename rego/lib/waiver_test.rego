package waiver_test

import data.lib.waiver

rules := {"a-rule": {}, "scan-incomplete": {}, "digest-mismatch": {}}

item := {
	"at": {"path": "models/m.pt!archive/data.pkl"},
	"data": {"model": {"revision": "main"}},
	"model": "org/name",
	"source": "",
}

covered(fields, by) if {
	full := object.union({"rule": "a-rule", "days_left": 1}, fields)
	result := waiver.covering(full.rule, item) with data.config.rules as rules
		with data.config.environment as {"default": "production"}
		with input.evidence as {
			"policy.waiver": [{"data": {"rule": "a-rule", "path": "x", "days_left": 1}}, {"data": full}],
			"artifact.file": [{"at": {"path": "models/m.pt"}, "data": {"sha256": "aa"}}],
		}
	result == {"yes": full, "no": null}[by]
}

test_by_path if {
	covered({"path": "models/**"}, "yes")
	covered({"path": "models/m.pt"}, "yes")
	covered({"path": "**/data.pkl"}, "yes")
	covered({"path": "other/**"}, "no")
}

test_by_model if {
	covered({"model": "org/name"}, "yes")
	covered({"model": "org/name@main"}, "yes")
	covered({"model": "org/name@v2"}, "no")
	covered({"model": "org/other"}, "no")
}

test_by_model_without_revision if {
	bare := object.union(object.remove(item, ["data"]), {"data": {}})
	waiver.covering("a-rule", bare) == null with data.config.rules as rules
		with input.evidence as {"policy.waiver": [{"data": {"rule": "a-rule", "model": "org/name@main", "days_left": 1}}]}
}

elsewhere(fields, named, about) if {
	by := waiver.covering("a-rule", object.union(object.remove(item, ["data"]), fields)) with data.config.rules as rules
		with input.about as about
		with input.evidence as {
			"policy.waiver": [{"data": {"rule": "a-rule", "model": named, "days_left": 1}}],
			"refs.reference": [{"at": {"path": "app.py", "line": 2}, "data": {"model": {"source": "modelscope"}, "loaded_at": [{"path": "app.py", "line": 3}]}, "model": "org/name"}],
		}
	by != null
}

# Two registries may have models of one name.
test_by_registry if {
	both := {"hf": {"org/name": {}}, "modelscope": {"org/name": {}}}
	every fields in [
		{"data": {"model": {"source": "modelscope"}}},
		{"data": {"registry": "modelscope"}},
		{"data": {}, "at": {"path": "modelscope:org/name/m.bin"}},
		{"data": {}, "at": {"path": "app.py", "line": 2}},
		{"data": {}, "at": {"path": "app.py", "line": 3}},
	] {
		not elsewhere(fields, "org/name", both)
		not elsewhere(fields, "hf:org/name", both)
		elsewhere(fields, "modelscope:org/name", both)
	}
	not elsewhere({"data": {}}, "org/name", both)
	elsewhere({"data": {}}, "org/name", {"hf": {"org/name": {}}})
	elsewhere({"data": {"model": {"source": "hf"}}}, "hf:org/name", both)
	elsewhere({"data": {"model": {"source": "url"}}, "model": "https://a/m.bin"}, "https://a/m.bin", {})
}

test_nothing_named if {
	covered({}, "no")
}

test_by_digest if {
	covered({"path": "models/**", "digest": "sha256:aa"}, "yes")
	covered({"path": "models/**", "digest": "aa"}, "yes")
	covered({"path": "models/**", "digest": "sha256:bb"}, "no")
}

test_by_environment if {
	covered({"path": "models/**", "environment": "production"}, "yes")
	covered({"path": "models/**", "environment": "research"}, "no")
}

test_expired if {
	covered({"path": "models/**", "days_left": -1}, "no")
}

test_last_day if {
	covered({"path": "models/**", "days_left": 0}, "yes")
}

test_blindness_by_path_only if {
	covered({"rule": "scan-incomplete", "model": "org/name"}, "no")
	covered({"rule": "scan-incomplete", "path": "models/**"}, "yes")
}

# The bytes that a change brings are not those that were excused.
test_blindness_in_a_change if {
	unread := object.union(item, {"data": {"added": true}})
	covers := {name |
		some name, fields in {"path": {}, "digest": {"digest": "aa"}, "seen": {"rule": "a-rule"}}
		full := object.union({"rule": "scan-incomplete", "path": "models/**", "days_left": 1}, fields)
		waiver.covering(full.rule, unread) == full with data.config.rules as rules
			with data.config.environment as {"default": "production"}
			with input.evidence as {
				"policy.waiver": [{"data": full}],
				"artifact.file": [{"at": {"path": "models/m.pt"}, "data": {"sha256": "aa"}}],
			}
	}
	covers == {"digest", "seen"}
}

test_never if {
	covered({"rule": "digest-mismatch", "path": "models/**"}, "no")
}

test_no_waivers if {
	waiver.covering("a-rule", item) == null with data.config.rules as rules
		with input.evidence as {}
}

comment(fields) := {"at": {"path": "app.py", "line": 3}, "data": object.union({"rules": ["a-rule"], "reason": "why", "alone": false, "line": 3}, fields)}

commented(id, at, fact, inline) := covering if {
	covering := waiver.covering(id, object.union(item, {"at": at})) with data.config.rules as rules
		with data.config.inline as inline
		with input.evidence as {"policy.ignore": [fact]}
}

test_by_comment if {
	commented("a-rule", {"path": "app.py", "line": 3}, comment({}), ["a-rule"]) == {
		"rule": "a-rule",
		"path": "app.py",
		"reason": "why",
		"approved_by": "in-line comment",
		"expires": "",
	}
}

test_not_by_comment if {
	here := {"path": "app.py", "line": 3}
	every call in [
		["a-rule", {"path": "app.py", "line": 4}, comment({}), ["a-rule"]],
		["a-rule", {"path": "b.py", "line": 3}, comment({}), ["a-rule"]],
		["a-rule", {"path": "app.py"}, comment({}), ["a-rule"]],
		["a-rule", {"path": "app.py"}, comment({"line": 0}), ["a-rule"]],
		["a-rule", here, comment({}), []],
		["a-rule", here, comment({}), ["b-rule"]],
		["a-rule", here, comment({"reason": ""}), ["a-rule"]],
		["a-rule", here, comment({"rules": ["b-rule"]}), ["a-rule"]],
		["digest-mismatch", here, comment({"rules": ["digest-mismatch"]}), ["digest-mismatch"]],
	] {
		commented(call[0], call[1], call[2], call[3]) == null
	}
}

test_policy_before_comment if {
	full := {"rule": "a-rule", "path": "app.py", "days_left": 1}
	covering := waiver.covering("a-rule", object.union(item, {"at": {"path": "app.py", "line": 3}})) with data.config.rules as rules
		with data.config.inline as ["a-rule"]
		with input.evidence as {"policy.waiver": [{"data": full}], "policy.ignore": [comment({})]}
	covering == full
}

waives(id, days) if {
	waiver.possible(id) with data.config.rules as rules
		with input.evidence as {"policy.waiver": [{"data": {"rule": id, "path": "x", "days_left": days}}]}
}

test_possible if {
	waives("a-rule", 1)
	not waives("a-rule", -1)
	not waives("digest-mismatch", 1)
	waiver.possible("a-rule") with data.config.inline as ["a-rule"]
}

# What is named as it is must be told from a pattern, and the first waiver holds.
test_first_of_many if {
	waivers := [{"data": {"rule": "a-rule", "path": path, "days_left": i}} | some i, path in ["other.pt", "models/*", "models/m.pt"]]
	waiver.covering("a-rule", item) == waivers[1].data with data.config.rules as rules
		with data.config.environment as {"default": "production"}
		with input.evidence as {"policy.waiver": waivers}
}

test_escaped_pattern if {
	odd := object.union(item, {"at": {"path": "m[1].pt"}})
	excuse := {"rule": "a-rule", "path": "m\\[1\\].pt", "days_left": 1}
	waiver.covering("a-rule", odd) == excuse with data.config.rules as rules
		with data.config.environment as {"default": "production"}
		with input.evidence as {"policy.waiver": [{"data": excuse}]}
}
