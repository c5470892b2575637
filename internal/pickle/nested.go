package pickle

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
)

// suspect is a constant whose first bytes are those of a pickle, an archive or an
// encoding of one.
type suspect struct {
	v value
	n int64
}

const (
	mostSuspects = 1 << 8
	mostNested   = 1 << 20 // bytes of a nested constant that are looked at
)

// suspect notes a constant of at least 16 bytes for a closer look at the end.
func (m *machine) suspect(v value, n int64) {
	in := v.a - m.base
	if in < 0 || in+2 > int64(len(m.win)) {
		if len(m.peekAt(v.a, 2)) < 2 {
			return
		}
		in = v.a - m.base
		if in < 0 || in+2 > int64(len(m.win)) {
			if m.offset() != v.a || !m.refill(2) {
				return
			}
			in = 0
		}
	}
	if !suspicious(m.win[in], m.win[in+1]) {
		return
	}
	if c := m.win[in]; c == 'c' || c == '(' {
		// Many words begin so; a pickle in text has lines.
		b := m.peekAt(v.a, int(min(n, 512)))
		if bytes.IndexByte(b[:min(len(b), 128)], '\n') < 0 || !Sniff(bytes.Clone(b)) {
			return
		}
	}
	if len(m.suspects) == mostSuspects {
		m.unproven("more constants that may be pickles than are looked at", m.at)
		return
	}
	m.suspects = append(m.suspects, suspect{v, n})
}

func suspicious(a, b byte) bool {
	switch a {
	case 0x80:
		return b >= 2 && b <= 5
	case 'P':
		return b == 'K'
	case 'x':
		return (uint(a)<<8|uint(b))%31 == 0
	case 0x1f:
		return b == 0x8b
	case 'B':
		return b == 'Z'
	case 'g':
		return b == 'A'
	case 'Y', 'e', 'H', 'U':
		return b == '2' || b == 'J' || b == '4' || b == 'E'
	case '8':
		return b == '0'
	case 'c', '(':
		return true
	}
	return false
}

// finish looks at the suspects and closes the result.
func (m *machine) finish() {
	m.res.End = m.offset()
	if m.res.Malformed != "" {
		m.restricted("malformed: " + m.res.Malformed)
		if m.res.End > m.res.BrokenAt && m.res.Opcodes > 0 {
			m.res.End = max(m.res.BrokenAt, m.res.Start)
		}
	}
	if !m.res.Stopped && m.res.Malformed == "" {
		m.res.End = max(m.at, m.res.Start)
	}
	m.strayGetattr()
	end := m.res.End
	budget := m.opts.Limits.Inflate - m.decoded
	for _, s := range m.suspects {
		if m.ctx.Err() != nil || m.opts.depth >= m.opts.Limits.Nesting {
			break
		}
		m.lookInto(s, &budget)
	}
	m.late, m.win, m.res.persistent = false, nil, nil
	if err := m.cur.SeekTo(end); err != nil {
		m.res.Malformed = "the stream ends behind the input"
	}
}

// strayGetattr judges getattr by its use: listed for the members of enumerations, it is
// dangerous where it is looked up for no such call.
func (m *machine) strayGetattr() {
	for i := range m.res.Imports {
		f := &m.res.Imports[i]
		if f.Name != "getattr" || f.Class != Safe {
			continue
		}
		used := false
		for _, c := range m.res.Calls {
			used = used || c.Class == Safe && c.Callee == "builtins.getattr"
		}
		if !used {
			f.Class, f.Harm = Dangerous, "indirect"
			m.unproven("getattr without an enumeration", f.Offset)
		}
	}
}

func (m *machine) lookInto(s suspect, budget *int64) {
	data := m.readAt(s.v.a, min(s.n, mostNested))
	switch s.v.encoding {
	case quotedText:
		data = fromLatin1(unquote(data))
	case escapedText:
		data = fromLatin1(unescape(data))
	}
	encodings := []string{}
	for range 4 {
		name, decoded := decode(data, budget)
		if decoded == nil {
			break
		}
		encodings = append(encodings, name)
		data = decoded
	}
	if len(encodings) == 0 {
		encodings = []string{"raw"}
	}
	n := Nested{Encoding: strings.Join(encodings, "+"), Size: s.n, Offset: s.v.a}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) && len(data) > 64 {
		n.Content, n.Class = "zip", Unknown
	} else if !Sniff(data[:min(len(data), 4<<10)]) || !m.nestedPickle(&n, data) {
		return
	}
	m.unproven("a constant that is a "+n.Content, s.v.a)
	if len(m.res.Nested) < m.opts.Limits.Facts {
		m.res.Nested = append(m.res.Nested, n)
	}
}

// nestedPickle runs a constant as a pickle. It counts only with an import inside, since
// random bytes often decode to a few opcodes.
func (m *machine) nestedPickle(n *Nested, data []byte) bool {
	sub := m.runNested(data)
	if len(sub.Imports)+len(sub.Nested) == 0 || !sub.Stopped && len(sub.Calls) == 0 {
		return false
	}
	n.Content, n.Class = "pickle", sub.worst()
	for _, i := range sub.Imports[:min(len(sub.Imports), 16)] {
		n.Imports = append(n.Imports, cut(i.Module+"."+i.Name))
	}
	for _, inner := range sub.Nested {
		if inner.Class == Dangerous {
			n.Class = Dangerous
		}
		inner.Offset = n.Offset
		inner.Encoding = n.Encoding + "+" + inner.Encoding
		if len(m.res.Nested) < m.opts.Limits.Facts {
			m.res.Nested = append(m.res.Nested, inner)
		}
	}
	return true
}

// worst is the worst class of all imports and calls.
func (r *Result) worst() Class {
	class := Safe
	for _, i := range r.Imports {
		if i.Class == Dangerous {
			return Dangerous
		}
		if i.Class != Safe {
			class = Unknown
		}
	}
	for _, c := range r.Calls {
		if c.Class == Dangerous || c.Class == Computed {
			return Dangerous
		}
	}
	return class
}

// decode undoes one encoding of data, as far as the budget goes; nil where it has none.
func decode(data []byte, budget *int64) (string, []byte) {
	if len(data) < 8 || *budget <= 0 {
		return "", nil
	}
	var r io.Reader
	var err error
	name := ""
	switch {
	case data[0] == 'x' && (uint(data[0])<<8|uint(data[1]))%31 == 0:
		name = "zlib"
		r, err = zlib.NewReader(bytes.NewReader(data))
	case data[0] == 0x1f && data[1] == 0x8b:
		name = "gzip"
		r, err = gzip.NewReader(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("BZh")):
		name, r = "bz2", bzip2.NewReader(bytes.NewReader(data))
	default:
		return decodeText(data)
	}
	if err != nil {
		return "", nil
	}
	out, _ := io.ReadAll(io.LimitReader(r, min(mostNested, *budget)))
	*budget -= int64(len(out))
	if len(out) == 0 {
		return "", nil
	}
	return name, out
}

func decodeText(data []byte) (string, []byte) {
	text := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == ' ' {
			return -1
		}
		return r
	}, string(data[:min(len(data), mostNested)]))
	if out, err := hex.DecodeString(text); err == nil && len(out) > 0 {
		return "hex", out
	}
	text = strings.TrimRight(text, "=")
	if out, err := base64.RawStdEncoding.DecodeString(text); err == nil && len(out) > 0 {
		return "base64", out
	}
	if out, err := base64.RawURLEncoding.DecodeString(text); err == nil && len(out) > 0 {
		return "base64", out
	}
	return "", nil
}
