package config_test

import data.lib.config

rules := {"a-rule": {
	"level": {"production": "deny", "research": "warn"},
	"options": {"min": 1},
	"sources": {"Hub": {
		"level": {"production": "warn", "research": "ignore"},
		"options": {"min": 5},
	}},
}}

item := {"at": {"path": "a/m.bin"}, "source": ""}

test_unsure_is_a_warning if {
	config.level("a-rule", {"on": item, "at_most": "warn"}) == "warn" with data.config.rules as rules
		with data.config.environment as {"default": "production"}
}

test_unsure_never_raises if {
	config.level("a-rule", {"on": object.union(item, {"source": "Hub"}), "at_most": "warn"}) == "ignore" with data.config.rules as rules
		with data.config.environment as {"default": "research"}
}

test_sure_is_as_demanded if {
	config.level("a-rule", {"on": item}) == "deny" with data.config.rules as rules
		with data.config.environment as {"default": "production"}
}

test_options_of_source if {
	config.options("a-rule", object.union(item, {"source": "Hub"})).min == 5 with data.config.rules as rules
	config.options("a-rule", item).min == 1 with data.config.rules as rules
	config.options("a-rule", object.union(item, {"source": "Other"})).min == 1 with data.config.rules as rules
}

test_within if {
	every pair in [
		["**/m.bin", "m.bin"],
		["**/m.bin", "a/b/m.bin"],
		["a/**/m.bin", "a/m.bin"],
		["a/**/m.bin", "a/b/c/m.bin"],
		["a/**", "a/b/c"],
		["*.bin", "m.bin"],
		["{a,b}/*.bin", "b/m.bin"],
		["**/a/**/m.bin", "a/m.bin"],
	] {
		config.within(pair[1], pair[0])
	}
	every pair in [
		["*.bin", "a/m.bin"],
		["a/*", "a/b/c"],
		["**/m.bin", "xm.bin"],
		["a/**", "b/a/c"],
	] {
		not config.within(pair[1], pair[0])
	}
}
