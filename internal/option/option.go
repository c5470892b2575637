// Package option compares the values that the options of a rule can have, lists and maps
// as sets, and tells which of two demands more.
package option

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Plain is an option in the types that a JSON document has, lists and maps copied.
func Plain(v any) any {
	value := reflect.ValueOf(v)
	switch value.Kind() {
	case reflect.Slice:
		out := make([]any, value.Len())
		for i := range out {
			out[i] = Plain(value.Index(i).Interface())
		}
		return out
	case reflect.Map:
		out := make(map[string]any, value.Len())
		for _, k := range value.MapKeys() {
			out[k.String()] = Plain(value.MapIndex(k).Interface())
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

// PlainAll is a copy of options in those types.
func PlainAll(options map[string]any) map[string]any {
	out := make(map[string]any, len(options))
	for name, value := range options {
		out[name] = Plain(value)
	}
	return out
}

// Equal compares options; lists and maps are sets.
func Equal(a, b any) bool {
	a, b = Plain(a), Plain(b)
	if sets(a, b) {
		return contains(a, b) && contains(b, a)
	}
	return reflect.DeepEqual(a, b)
}

// Union of two lists or maps.
func Union(a, b any) any {
	switch a := a.(type) {
	case []any:
		out := slices.Clone(a)
		list, _ := b.([]any)
		for _, item := range list {
			if !Has(out, item) {
				out = append(out, item)
			}
		}
		return out
	case map[string]any:
		out := PlainAll(a)
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
		return ok && (Has(a, "any") || !slices.ContainsFunc(list, func(v any) bool { return !Has(a, v) }))
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

// Has tells whether a list has a value.
func Has(list []any, v any) bool {
	return slices.ContainsFunc(list, func(item any) bool { return reflect.DeepEqual(item, v) })
}

// looser tells whether b demands less than a in a direction, and whether the direction
// can compare them.
func looser(direction string, a, b any) (less, comparable bool) {
	a, b = Plain(a), Plain(b)
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

// Stricter is whichever of two values demands at least as much as the other, if one
// does.
func Stricter(direction string, a, b any) (any, bool) {
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

// Show writes an option value as the explanation does.
func Show(v any) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = Show(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, k+": "+Show(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}
