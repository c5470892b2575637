package config

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func TestSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	text, err := json.Marshal(Schema(table()))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("policy.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text  string
		valid bool
	}{
		{string(sample(t)), true},
		{full, true},
		{hub + "    requirements: [{model-card: {approved: true}}, {signed: ~}, {min-age: 7}]", true},
		{"model_acquisition_policy: {rules: {too-few-downloads: {min: 5}}}", true},
		{"approved_source: []", false},
		{"rules: {too-few-downloads: {min: many}}", false},
		{"rules: {unpinned-revision: dny}", false},
		{hub + "    requirements: [{signed: {}, pinned: {}}]", false},
		{hub + "    trust_level: total", false},
		{"waivers: [{rule: unpinned-revision, path: x}]", false},
		{"limits: {depth: 0}", false},
	} {
		var value any
		if err := yaml.Unmarshal([]byte(c.text), &value); err != nil {
			t.Fatal(err)
		}
		asJSON, err := json.Marshal(dated(value))
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(string(asJSON)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err == nil) != c.valid {
			t.Errorf("valid is %v for\n%s\n%v", err == nil, c.text, err)
		}
		if _, err := Parse("policy.yaml", []byte(c.text), table(), today); (err == nil) != c.valid {
			t.Errorf("the loader does not agree on\n%s\n%v", c.text, err)
		}
	}
}

// dated writes dates as an editor sees them.
func dated(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = dated(v[k])
		}
	case []any:
		for i := range v {
			v[i] = dated(v[i])
		}
	case interface{ Format(string) string }:
		return v.Format("2006-01-02")
	}
	return v
}
