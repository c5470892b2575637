package config

import (
	"maps"
	"slices"

	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/sentence"
)

// Schema is the JSON Schema (draft 2020-12) of a policy, for editors: the forms of each
// place as examples, the options of each rule typed by their defaults.
func Schema(rules map[string]Rule) map[string]any {
	sections := schemaSections(rules)
	maps.Copy(sections, schemaSettings(rules))
	root := object(maps.Clone(sections))
	root["properties"].(map[string]any)[nested] = object(sections)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Model repository policy"
	return root
}

func schemaSections(rules map[string]Rule) map[string]any {
	source := object(map[string]any{
		"name": text(), "url": oneOrMore(text()), "trust_level": oneOf("low", "medium", "high"),
		"requirements": array(schemaLine(sentence.Requirement, rules)),
	})
	source["required"] = []any{"name", "url"}
	either := func(in sentence.Place, properties map[string]any) map[string]any {
		return anyOf(examples(in), object(properties))
	}
	levels := map[string]any{
		"level": schemaDemand(), "environments": oneOrMore(oneOf(production, research)),
		production: schemaDemand(), research: schemaDemand(), "review": schemaDemand(),
	}
	verification := func(in sentence.Place) map[string]any { return anyOf(examples(in), typed("boolean"), object(levels)) }
	format := map[string]any{"format": text(), "unless": text()}
	enforced := either(sentence.Enforcement, map[string]any{
		"stages": oneOrMore(oneOf("ci", "pre-commit")), "builds": oneOf("fail", "report"),
	})
	return map[string]any{
		"version": anyOf(text(), typed("number")), "effective_date": text(), "owner": text(),
		"approved_sources": array(source),
		"blocked_sources":  array(schemaLine(sentence.BlockedSource, rules)),
		"serialization_policy": object(map[string]any{
			"allowed_formats": array(either(sentence.AllowedFormat, format)),
			"blocked_formats": array(either(sentence.BlockedFormat, format)),
			"enforcement":     enforced,
		}),
		"code_execution_policy": object(map[string]any{
			"trust_remote_code": verification(sentence.RemoteCode), "custom_model_code": either(sentence.CustomCode, levels),
			"enforcement": enforced,
		}),
		"verification_requirements": object(map[string]any{
			"checksum_validation": verification(sentence.Checksums), "signature_verification": verification(sentence.Signatures),
			"behavioral_testing": verification(sentence.Behaviour), "vulnerability_scanning": verification(sentence.Vulnerabilities),
		}),
	}
}

// schemaLine is a sentence, or a mapping of the one key that names a form or a rule.
func schemaLine(in sentence.Place, rules map[string]Rule) map[string]any {
	keys := map[string]any{}
	for id, rule := range rules {
		keys[id] = schemaParameters(rule, &sentence.Form{})
	}
	for _, f := range sentence.Forms(in) {
		if f.Key != "" {
			keys[f.Key] = schemaParameters(rules[f.Rule], f)
		}
	}
	structured := object(keys)
	structured["minProperties"], structured["maxProperties"] = 1, 1
	return anyOf(examples(in), structured)
}

func schemaParameters(rule Rule, f *sentence.Form) map[string]any {
	options := map[string]any{
		"level": schemaDemand(), "environments": oneOrMore(oneOf(production, research)),
		production: schemaDemand(), research: schemaDemand(),
	}
	for name, byDefault := range rule.Options {
		options[name] = schemaOption(byDefault)
	}
	if f.Flag != "" {
		options[f.Flag] = map[string]any{"const": true}
	}
	main, ok := rule.Options[f.Value]
	if !ok {
		return anyOf(object(options), typed("null"))
	}
	options["value"] = schemaOption(main)
	if f.Alias != "" {
		options[f.Alias] = schemaOption(main)
	}
	return anyOf(object(options), schemaOption(main), typed("null"))
}

func schemaSettings(rules map[string]Rule) map[string]any {
	environment := oneOf(production, research)
	ids := map[string]any{}
	for id, rule := range rules {
		options := map[string]any{"level": anyOf(schemaLevel(), object(map[string]any{
			production: schemaLevel(), research: schemaLevel()}))}
		for name, byDefault := range rule.Options {
			options[name] = schemaOption(byDefault)
		}
		ids[id] = anyOf(schemaLevel(), object(options))
	}
	number := map[string]any{"type": "integer", "minimum": 1}
	bytes := anyOf(number, map[string]any{"type": "string", "pattern": size.String()})
	custom := map[string]any{"type": "object", "propertyNames": map[string]any{"pattern": ruleID.String()}}
	return map[string]any{
		"environment": anyOf(environment, object(map[string]any{"default": environment,
			"places": array(required(map[string]any{"glob": text(), "environment": environment}))})),
		"rules": object(ids),
		"waivers": array(required(map[string]any{"rule": text(), "reason": text(), "approved_by": text(), "expires": text()},
			"model", "path", "digest", "environment")),
		"publishers": array(required(map[string]any{"name": text(), "id": text()}, "source")),
		"limits": object(map[string]any{"waiver_days": number, "depth": number, "entries": number, "ratio": number, "models": number,
			"bytes": bytes, "fetched": bytes, "time": text(), "online": text()}),
		"signing_keys": map[string]any{"type": "object", "additionalProperties": required(nil,
			"public_key", "certificate_chain", "identity", "issuer")},
		"reviews": array(required(map[string]any{"kind": oneOf("code", "card"), "model": text(), "approved_by": text(),
			"sha256": oneOrMore(text()), "date": text()}, "expires")),
		"produced": array(text()), "inline": array(text()),
		"custom": object(map[string]any{"rego": array(text()), "rules": custom}),
	}
}

// schemaLevel has the names of levels; a structured line knows further words for them.
func schemaLevel() map[string]any { return oneOf("deny", "warn", "ignore") }

func schemaDemand() map[string]any {
	return oneOf("deny", "warn", "ignore", "required", "recommended", "optional", "never", "allowed", "review")
}

func schemaOption(byDefault any) map[string]any {
	switch option.Plain(byDefault).(type) {
	case []any:
		return oneOrMore(text())
	case map[string]any:
		return map[string]any{"type": "object", "additionalProperties": text()}
	case int, float64:
		return map[string]any{"type": "number", "minimum": 0}
	case bool:
		return typed("boolean")
	}
	return text()
}

// examples is a sentence with the forms of its place.
func examples(in sentence.Place) map[string]any {
	list := []any{}
	for _, f := range sentence.Forms(in) {
		if f.Example != "false" {
			list = append(list, f.Example)
		}
	}
	return map[string]any{"type": "string", "examples": list}
}

func typed(name string) map[string]any { return map[string]any{"type": name} }

func text() map[string]any { return typed("string") }

func array(items any) map[string]any { return map[string]any{"type": "array", "items": items} }

func anyOf(schemas ...any) map[string]any { return map[string]any{"anyOf": schemas} }

func oneOrMore(item any) map[string]any { return anyOf(item, array(item)) }

func oneOf(words ...string) map[string]any { return map[string]any{"enum": option.Plain(words)} }

func object(properties map[string]any) map[string]any {
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

// required is an object with properties that it must have and texts that it may have.
func required(must map[string]any, may ...string) map[string]any {
	properties := map[string]any{}
	maps.Copy(properties, must)
	for _, name := range may {
		properties[name] = text()
	}
	out := object(properties)
	out["required"] = option.Plain(slices.Sorted(maps.Keys(must)))
	return out
}
