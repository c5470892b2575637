package config

import (
	"strconv"

	"go.yaml.in/yaml/v3"
)

// option reads a value whose type is that of its default.
func (l *loader) option(n *yaml.Node, what string, byDefault any) (any, bool) {
	switch byDefault.(type) {
	case []any, []string:
		return l.Words(n, what)
	case map[string]any, map[string]string:
		return l.WordMap(n, what)
	case int, int64, float64:
		text, ok := l.Scalar(n, what)
		if !ok {
			return nil, false
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || n.ShortTag() != "!!int" && n.ShortTag() != "!!float" || value < 0 {
			l.Add(n, nil, "%s must be a number, not %q", what, text)
			return nil, false
		}
		if value == float64(int(value)) {
			return int(value), true
		}
		return value, true
	case bool:
		text, ok := l.Scalar(n, what)
		value, err := strconv.ParseBool(text)
		if ok && (err != nil || n.ShortTag() != "!!bool") {
			l.Add(n, nil, "%s must be true or false, not %q", what, text)
			ok = false
		}
		return value, ok
	}
	text, ok := l.Scalar(n, what)
	return text, ok
}
