package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of what the Hub may answer.
const (
	maxJSON     = 16 << 20
	maxDepth    = 64
	maxFiles    = 100_000
	maxFileSize = 1 << 46 // above any file that the Hub takes
	maxRefs     = 10_000
	maxHeader   = 64 << 10
	maxURL      = 16 << 10
)

var errTooLong = fmt.Errorf("the answer is longer than %d bytes", maxJSON)

// decode reads one JSON value within the bounds.
func decode(r io.Reader, v any) error {
	text, err := io.ReadAll(io.LimitReader(r, maxJSON+1))
	if err != nil {
		return err
	}
	if len(text) > maxJSON {
		return errTooLong
	}
	if err := checkDepth(text); err != nil {
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

// checkDepth bounds nesting before a decoder that recurses sees the text.
func checkDepth(text []byte) error {
	depth, quoted := 0, false
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
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
