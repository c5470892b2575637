package main_test

import data.main

deny := {"production": "deny", "research": "warn"}

on(path, source) := {
	"kind": "scan.incomplete",
	"at": {"path": path},
	"data": {"reason": "encrypted"},
	"model": "",
	"source": source,
}

rules := {"scan-incomplete": {"section": "scan", "custom": false, "level": deny, "options": {}, "sources": {}}}

finding(item) := {"on": item, "message": "a.zip was not read to its end: encrypted."}

found(items, level, unsure) := {"found": {finding(item) | some item in items}, "level": level, "unsure": unsure}

judged(item, level, waived) := {"judged": [{
	"on": item,
	"message": "a.zip was not read to its end: encrypted.",
	"related": [],
	"level": level,
	"waived": waived,
}]}

test_judges_by_default_environment if {
	item := on("a.zip", "")
	main.violations == {"scan-incomplete": found([item], "deny", "warn")} with data.config.rules as rules
		with data.config.environment as {"default": "production"}
		with input.evidence as {"scan.incomplete": [item]}
}

test_judges_by_place if {
	item := on("a.zip", "")
	main.violations == {"scan-incomplete": judged(item, "warn", null)} with data.config.rules as rules
		with data.config.environment as {
			"default": "production",
			"places": [
				{"glob": "b/**", "environment": "production"},
				{"glob": "**/a.zip", "environment": "research"},
			],
		}
		with input.evidence as {"scan.incomplete": [item]}
}

test_judges_by_source if {
	item := on("a.zip", "Hub")
	own := object.union(rules["scan-incomplete"], {"sources": {"Hub": {
		"level": {"production": "warn", "research": "warn"},
		"options": {},
	}}})
	main.violations == {"scan-incomplete": judged(item, "warn", null)} with data.config.rules as {"scan-incomplete": own}
		with data.config.environment as {"default": "production"}
		with input.evidence as {"scan.incomplete": [item]}
}

test_denies_where_no_level_is_given if {
	item := on("a.zip", "")
	main.violations == {"scan-incomplete": judged(item, "deny", null)} with data.config.rules as rules
		with data.config.environment as {"default": "elsewhere"}
		with input.evidence as {"scan.incomplete": [item]}
}

test_waives if {
	item := on("a.zip", "")
	waiver := {"rule": "scan-incomplete", "path": "*.zip", "days_left": 3}
	main.violations == {"scan-incomplete": judged(item, "deny", waiver)} with data.config.rules as rules
		with data.config.environment as {"default": "production"}
		with input.evidence as {"scan.incomplete": [item], "policy.waiver": [{"data": waiver}]}
}

test_answers_for_rules_without_findings if {
	main.violations == {"scan-incomplete": found([], "deny", "warn")} with data.config.rules as rules
		with input.evidence as {}
}

test_asks_custom_rules if {
	item := on("a.zip", "")
	ours := {"on": item, "message": "a.zip is ours.", "related": [{"path": "b"}]}
	main.violations == {"our-rule": {"found": {ours}, "level": "deny", "unsure": "warn"}} with data.config.rules as {"our-rule": {
		"section": "scan",
		"custom": true,
		"level": deny,
		"options": {},
		"sources": {},
	}}
		with data.config.environment as {"default": "production"}
		with data.custom.rules.scan["our-rule"].violations as {ours}
		with input.evidence as {}
}
