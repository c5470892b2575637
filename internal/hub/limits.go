package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/modelgate/gate/internal/httpsafe"
)

// The bounds of what the Hub may answer.
const (
	maxJSON     = 16 << 20
	maxDepth    = 64
	maxNodes    = 5 * maxFiles // objects and arrays of one answer
	maxFiles    = 100_000
	maxFileSize = 1 << 46 // above any file that the Hub takes
	maxRefs     = 10_000
	maxURL      = 16 << 10
)

// decode reads one JSON value within the bounds.
func decode(r io.Reader, v any) error {
	text, err := httpsafe.ReadAll(r, maxJSON)
	if err != nil {
		return err
	}
	if err := checkShape(text); err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return notJSON(err)
	}
	return nil
}

// errNotJSON is wrapped by errors that come of what was answered, not of the network.
var errNotJSON = errors.New("it is not the JSON of a Hub")

// notJSON drops what the error of the decoder quotes.
func notJSON(err error) error {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%w: the field %q has another type", errNotJSON, brief(t.Field))
	}
	return errNotJSON
}

// checkShape bounds nesting and number before a decoder, which recurses and allocates,
// sees the text.
func checkShape(text []byte) error {
	depth, nodes, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("%w: nested deeper than %d", errNotJSON, maxDepth)
			}
			if nodes++; nodes > maxNodes {
				return fmt.Errorf("%w: more than %d parts", errNotJSON, maxNodes)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
