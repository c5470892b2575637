package savedmodel

import (
	"strconv"
	"strings"

	"github.com/modelgate/gate"
)

const maxText = 64 << 20

// text reads a graph in the text form of protocol buffers
// (https://protobuf.dev/reference/protobuf/textformat-spec/), which TensorFlow loads where
// the binary form is missing. Of its tree only strings behind their names are needed.
func (r *reader) text(src string) {
	for i := 0; i < len(src); {
		switch c := src[i]; {
		case c == '#':
			i += lineEnd(src[i:])
		case c == '"' || c == '\'':
			_, n := literal(src[i:])
			i += n
		case letter(rune(c)) || c == '_':
			n := 1
			for i+n < len(src) && (letter(rune(src[i+n])) || src[i+n] == '_') {
				n++
			}
			name := src[i : i+n]
			i += n
			if _, known := texts[name]; known {
				i = r.value(src, i, name)
			}
		default:
			i++
		}
	}
}

// texts are the names whose strings matter.
var texts = map[string]bool{"op": true, "metadata": true, "filename": true}

// value reads the strings behind a name and returns where they end. Literals that follow
// each other are one string.
func (r *reader) value(src string, i int, name string) int {
	at, value, found := i, "", false
	for i < len(src) {
		switch c := src[i]; {
		case c == '#':
			i += lineEnd(src[i:])
		case strings.IndexByte(" \t\r\n", c) >= 0 || c == ':' && !found:
			i++
		case c == '"' || c == '\'':
			text, n := literal(src[i:])
			value, found = value+text, true
			i += n
		default:
			r.named(name, value, found, int64(at))
			return i
		}
	}
	r.named(name, value, found, int64(at))
	return i
}

func (r *reader) named(name, value string, found bool, at int64) {
	switch {
	case !found:
	case name == "op":
		r.operator(value, at)
	case name == "filename":
		r.asset(value, at)
	default:
		r.metadata(value)
	}
}

func lineEnd(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i + 1
	}
	return len(s)
}

// literal decodes the string that s begins with and tells how long it is.
func literal(s string) (string, int) {
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == s[0]:
			return out.String(), i + 1
		case c != '\\' || i+1 == len(s):
			out.WriteByte(c)
		default:
			// What strconv does not know stands for itself.
			v, multi, tail, err := strconv.UnquoteChar(s[i:min(len(s), i+12)], s[0])
			if err != nil {
				i++
				out.WriteByte(s[i])
				continue
			}
			if multi {
				out.WriteRune(v)
			} else {
				out.WriteByte(byte(v))
			}
			i += min(len(s), i+12) - i - len(tail) - 1
		}
	}
	return out.String(), len(s)
}

// inspectText inspects a file in the text form.
func inspectText(r *reader, b *gate.Blob) {
	if b.Size > maxText {
		r.unread(gate.Incomplete{Reason: "the file is longer than is read", Budget: "bytes", Limit: maxText})
		return
	}
	raw := make([]byte, b.Size)
	if n, _ := b.ReadAt(raw, 0); int64(n) < b.Size {
		r.unread(gate.Incomplete{Reason: "the file could not be read"})
		return
	}
	r.text(string(raw))
	r.report()
	r.out.Format("savedmodel", gate.Unproven, "")
}

func (r *reader) unread(why gate.Incomplete) {
	r.out.Emit(gate.KindIncomplete, gate.Location{}, why)
	r.out.Format("savedmodel", gate.Unread, why.Reason)
}
