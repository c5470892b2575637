package config

import (
	"reflect"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// option reads a value whose type is that of its default.
func (l *loader) option(n *yaml.Node, what string, byDefault any) (any, bool) {
	switch byDefault.(type) {
	case []any, []string:
		return l.words(n, what)
	case map[string]any, map[string]string:
		return l.wordMap(n, what)
	case int, int64, float64:
		text, ok := l.scalar(n, what)
		if !ok {
			return nil, false
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || n.ShortTag() != "!!int" && n.ShortTag() != "!!float" || value < 0 {
			l.add(n, nil, "%s must be a number, not %q", what, text)
			return nil, false
		}
		if value == float64(int(value)) {
			return int(value), true
		}
		return value, true
	case bool:
		text, ok := l.scalar(n, what)
		value, err := strconv.ParseBool(text)
		if ok && (err != nil || n.ShortTag() != "!!bool") {
			l.add(n, nil, "%s must be true or false, not %q", what, text)
			ok = false
		}
		return value, ok
	}
	text, ok := l.scalar(n, what)
	return text, ok
}

// maxWords bounds lists that are compared with each other.
const maxWords = 1024

// words reads a list of texts; a text alone is a list of one.
func (l *loader) words(n *yaml.Node, what string) (any, bool) {
	items := []*yaml.Node{n}
	if n.Kind != yaml.ScalarNode {
		items = l.list(n, what)
	}
	if len(items) > maxWords {
		l.add(n, nil, "%s has %d entries, more than %d", what, len(items), maxWords)
		return nil, false
	}
	out := make([]any, 0, len(items))
	for _, item := range items {
		text, ok := l.scalar(item, what)
		if !ok {
			return nil, false
		}
		out = append(out, text)
	}
	return out, n.Kind == yaml.ScalarNode || n.Kind == yaml.SequenceNode
}

func (l *loader) wordMap(n *yaml.Node, what string) (any, bool) {
	out := map[string]any{}
	ok := n.Kind == yaml.MappingNode
	l.entries(n, what, func(key, value *yaml.Node) {
		text, read := l.scalar(value, what+"."+key.Value)
		out[key.Value] = text
		ok = ok && read
	})
	return out, ok
}

// plain is an option in the types that a JSON document has, lists and maps copied.
func plain(v any) any {
	value := reflect.ValueOf(v)
	switch value.Kind() {
	case reflect.Slice:
		out := make([]any, value.Len())
		for i := range out {
			out[i] = plain(value.Index(i).Interface())
		}
		return out
	case reflect.Map:
		out := make(map[string]any, value.Len())
		for _, k := range value.MapKeys() {
			out[k.String()] = plain(value.MapIndex(k).Interface())
		}
		return out
	case reflect.Float32, reflect.Float64:
		if f := value.Float(); f == float64(int(f)) {
			return int(f)
		}
		return value.Float()
	case reflect.Int, reflect.Int64, reflect.Int32:
		return int(value.Int())
	}
	return v
}

func plainOptions(options map[string]any) map[string]any {
	out := make(map[string]any, len(options))
	for name, value := range options {
		out[name] = plain(value)
	}
	return out
}

// equal compares options; lists and maps are sets.
func equal(a, b any) bool {
	a, b = plain(a), plain(b)
	if sets(a, b) {
		return contains(a, b) && contains(b, a)
	}
	return reflect.DeepEqual(a, b)
}

// union of two lists or maps.
func union(a, b any) any {
	switch a := a.(type) {
	case []any:
		out := slices.Clone(a)
		list, _ := b.([]any)
		for _, item := range list {
			if !has(out, item) {
				out = append(out, item)
			}
		}
		return out
	case map[string]any:
		out := plainOptions(a)
		more, _ := b.(map[string]any)
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	return b
}

// contains tells whether the list or map a has all of b. The word "any" in a list stands
// for all that there are.
func contains(a, b any) bool {
	switch a := a.(type) {
	case []any:
		list, ok := b.([]any)
		return ok && (has(a, "any") || !slices.ContainsFunc(list, func(v any) bool { return !has(a, v) }))
	case map[string]any:
		more, ok := b.(map[string]any)
		for k, v := range more {
			if old, had := a[k]; !had || !reflect.DeepEqual(old, v) {
				return false
			}
		}
		return ok
	}
	return false
}

func has(list []any, v any) bool {
	return slices.ContainsFunc(list, func(item any) bool { return reflect.DeepEqual(item, v) })
}

// looser tells whether b demands less than a in a direction, and whether the direction
// can compare them.
func looser(direction string, a, b any) (less, comparable bool) {
	a, b = plain(a), plain(b)
	switch direction {
	case "higher", "lower":
		x, ok := float(a)
		y, also := float(b)
		if direction == "lower" {
			x, y = y, x
		}
		return y < x, ok && also
	case "subset":
		return !contains(a, b), sets(a, b)
	case "superset":
		return !contains(b, a), sets(a, b)
	}
	return false, false
}

func sets(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.IsValid() && y.IsValid() && x.Kind() == y.Kind() && (x.Kind() == reflect.Slice || x.Kind() == reflect.Map)
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// stricterOf is whichever of two values demands at least as much as the other, if one
// does.
func stricterOf(direction string, a, b any) (any, bool) {
	less, ok := looser(direction, a, b)
	if !ok {
		return a, false
	}
	if !less {
		return b, true
	}
	more, _ := looser(direction, b, a)
	return a, !more
}
