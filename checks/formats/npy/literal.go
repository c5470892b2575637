package npy

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The values of a literal are string, int64, bool, nil, tuple, list and dict.
type (
	tuple []any
	list  []any
	dict  map[string]any
)

const maxDepth = 32

// parseLiteral reads a literal of Python as far as headers have them: strings, whole
// numbers, True, False, None, tuples, lists and dicts with strings as keys.
func parseLiteral(s string) (any, error) {
	p := &parser{s: s}
	v, err := p.value(0)
	if err != nil {
		return nil, fmt.Errorf("at %d: %w", p.at, err)
	}
	if p.blank(); p.at < len(s) {
		return nil, fmt.Errorf("at %d: more than one value", p.at)
	}
	return v, nil
}

type parser struct {
	s  string
	at int
}

func (p *parser) blank() {
	for p.at < len(p.s) && strings.IndexByte(" \t\r\n\f\x00", p.s[p.at]) >= 0 {
		p.at++
	}
}

// take moves over a byte if it comes next.
func (p *parser) take(c byte) bool {
	if p.blank(); p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deep")
	}
	p.blank()
	if p.at == len(p.s) {
		return nil, errors.New("nothing")
	}
	switch c := p.s[p.at]; {
	case c == '{':
		return p.dict(depth)
	case c == '(':
		items, comma, err := p.items('(', ')', depth)
		if err == nil && len(items) == 1 && !comma {
			return items[0], nil
		}
		return tuple(items), err
	case c == '[':
		items, _, err := p.items('[', ']', depth)
		return list(items), err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	default:
		return p.word()
	}
}

// items reads the values of a tuple or a list; comma says whether one ends it.
func (p *parser) items(open, end byte, depth int) (items []any, comma bool, err error) {
	p.take(open)
	for !p.take(end) {
		if len(items) > 0 && !comma {
			return nil, false, fmt.Errorf("no %q", end)
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, false, err
		}
		items = append(items, v)
		comma = p.take(',')
	}
	return items, comma, nil
}

func (p *parser) dict(depth int) (any, error) {
	p.take('{')
	d := dict{}
	for comma := true; !p.take('}'); comma = p.take(',') {
		if !comma {
			return nil, errors.New("no '}'")
		}
		k, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		key, ok := k.(string)
		if !ok {
			return nil, errors.New("a key that is no string")
		}
		if _, ok := d[key]; ok {
			return nil, fmt.Errorf("the key %q twice", key)
		}
		if !p.take(':') {
			return nil, errors.New("no ':'")
		}
		if d[key], err = p.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// number reads a whole number; Python 2 wrote an L behind long ones.
func (p *parser) number() (any, error) {
	start := p.at
	for p.at++; p.at < len(p.s) && p.s[p.at] >= '0' && p.s[p.at] <= '9'; {
		p.at++
	}
	n, err := strconv.ParseInt(p.s[start:p.at], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is no number of 63 bits", p.s[start:p.at])
	}
	if p.at < len(p.s) && p.s[p.at] == 'L' {
		p.at++
	}
	return n, nil
}

// word reads a name that is a constant, or a string with its prefix.
func (p *parser) word() (any, error) {
	start := p.at
	for p.at < len(p.s) && (p.s[p.at]|0x20 >= 'a' && p.s[p.at]|0x20 <= 'z' || p.s[p.at] == '_') {
		p.at++
	}
	word := p.s[start:p.at]
	if p.at < len(p.s) && (p.s[p.at] == '\'' || p.s[p.at] == '"') && (word == "" || word == "u" || word == "b") {
		return p.text(p.s[p.at])
	}
	switch word {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	}
	return nil, fmt.Errorf("%q is no constant", p.s[start:min(len(p.s), max(p.at, start+1))])
}

func (p *parser) text(quote byte) (any, error) {
	var b strings.Builder
	for p.at++; p.at < len(p.s); {
		switch c := p.s[p.at]; c {
		case quote:
			p.at++
			return b.String(), nil
		case '\n':
			return nil, errors.New("a string that does not end")
		case '\\':
			if err := p.escape(&b); err != nil {
				return nil, err
			}
		default:
			b.WriteByte(c)
			p.at++
		}
	}
	return nil, errors.New("a string that does not end")
}

// escape reads an escape sequence.
func (p *parser) escape(b *strings.Builder) error {
	p.at++
	if p.at == len(p.s) {
		return errors.New("a string that does not end")
	}
	c := p.s[p.at]
	p.at++
	if i := strings.IndexByte(`\'"ntr`, c); i >= 0 {
		b.WriteByte("\\'\"\n\t\r"[i])
		return nil
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits == 0 || p.at+digits > len(p.s) {
		return fmt.Errorf("the escape \\%c", c)
	}
	n, err := strconv.ParseUint(p.s[p.at:p.at+digits], 16, 32)
	if err != nil || n > utf8.MaxRune {
		return fmt.Errorf("the escape \\%c", c)
	}
	p.at += digits
	b.WriteRune(rune(n))
	return nil
}
