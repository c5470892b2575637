package notebook

import "bytes"

// command hands back a command for the shell, and puts what stands before it into the
// program with an expression in its place. Where it names variables of the program,
// the program gets the call that IPython makes of it, which knows their values.
func (s *splitter) command(before, text mapped) {
	if !interpolates(text.bytes) {
		s.nothing(before, text.places.Outer(0))
		if len(bytes.TrimSpace(text.bytes)) > 0 {
			s.out.Embed("shell", text.bytes, text.places)
		}
		return
	}
	s.program.append(before)
	s.program.append(call(text, `get_ipython().system(f"`, "\")\n"))
}

// interpolates tells whether a command has "{name}" or "$name" of the program in it.
func interpolates(b []byte) bool {
	for i := range b {
		if n, _ := field(b[i:]); n > 0 {
			return true
		}
	}
	return false
}

// field measures "{name.attribute}" or "$name" at the start of b, and gives the expression.
func field(b []byte) (n int, expression []byte) {
	switch {
	case len(b) > 2 && b[0] == '{' && word(b[1]) && !digit(b[1]):
		end := 1
		for end < len(b) && (word(b[end]) || b[end] == '.' && word(b[end-1])) {
			end++
		}
		if end < len(b) && b[end] == '}' && b[end-1] != '.' {
			return end + 1, b[1:end]
		}
	case len(b) > 1 && b[0] == '$' && word(b[1]) && !digit(b[1]) && b[1] >= 'a':
		end := 1
		for end < len(b) && word(b[end]) {
			end++
		}
		return end, b[1:end]
	}
	return 0, nil
}

func word(c byte) bool {
	return c == '_' || digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// call makes a string literal of a text and puts it between two pieces of Python. In an
// f-string its fields stay fields.
func call(text mapped, before, after string) mapped {
	var out mapped
	at := text.places.Outer(0)
	out.fixed([]byte(before), at)
	formatted := bytes.HasSuffix([]byte(before), []byte(`f"`))
	b := text.bytes
	for i := 0; i < len(b); {
		if n, expr := field(b[i:]); formatted && n > 0 {
			place := text.places.Outer(i)
			out.fixed([]byte("{"), place)
			out.add(expr, text.places.Outer(i+1))
			out.fixed([]byte("}"), place)
			i += n
			continue
		}
		switch c := b[i]; {
		case c == '"' || c == '\\':
			out.fixed([]byte{'\\', c}, text.places.Outer(i))
		case c == '\n':
			out.fixed([]byte(`\n`), text.places.Outer(i))
		case c == '\r':
		case formatted && (c == '{' || c == '}'):
			out.fixed([]byte{c, c}, text.places.Outer(i))
		default:
			out.add(b[i:i+1], text.places.Outer(i))
		}
		i++
	}
	out.fixed([]byte(after), text.places.Outer(max(len(b)-1, 0)))
	return out
}
