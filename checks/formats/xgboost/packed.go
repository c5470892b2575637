package xgboost

import (
	"encoding/binary"
	"errors"
	"fmt"

	cursor "github.com/modelgate/gate/internal/binary"
)

// widths are the sizes of the values of fixed size, by their marker
// (https://ubjson.org/type-reference/).
var widths = map[byte]int64{
	'Z': 0, 'N': 0, 'T': 0, 'F': 0, 'i': 1, 'U': 1, 'C': 1, 'I': 2, 'l': 4, 'd': 4, 'L': 8, 'D': 8,
}

// packed reads one value of UBJSON, which fills the file.
func (m *model) packed() error {
	marker, err := m.cur.Byte()
	if err != nil {
		return err
	}
	if err := m.item("", marker); err != nil {
		return fmt.Errorf("at byte %d: %w", m.cur.Offset(), err)
	}
	if m.cur.Remaining() > 0 {
		return fmt.Errorf("%d bytes behind the model", m.cur.Remaining())
	}
	return nil
}

// item reads what follows a marker.
func (m *model) item(field string, marker byte) error {
	if m.depth++; m.depth > maxDepth {
		return errDepth
	}
	defer func() { m.depth-- }()
	if err := m.ctx.Err(); err != nil {
		return err
	}
	switch marker {
	case 'S', 'H':
		at := m.cur.Offset()
		text, err := m.string()
		if err == nil {
			m.value(field, text, at)
		}
		return err
	case '[', '{':
		return m.container(field, marker)
	}
	width, ok := widths[marker]
	if !ok {
		return fmt.Errorf("%q begins no value", marker)
	}
	return m.cur.Skip(width)
}

// length reads a number that counts: a marker and the number.
func (m *model) length() (int64, error) {
	marker, err := m.cur.Byte()
	if err != nil {
		return 0, err
	}
	width := widths[marker]
	if width == 0 || marker == 'C' || marker == 'd' || marker == 'D' {
		return 0, fmt.Errorf("%q begins no length", marker)
	}
	b, err := m.cur.Bytes(width)
	if err != nil {
		return 0, err
	}
	wide := make([]byte, 8-width, 8)
	n := int64(binary.BigEndian.Uint64(append(wide, b...)))
	if n < 0 || marker != 'U' && b[0] >= 0x80 {
		return 0, errors.New("a negative length")
	}
	return n, nil
}

// string reads a length and as many bytes; long ones are skipped.
func (m *model) string() (string, error) {
	n, err := m.length()
	if err != nil {
		return "", err
	}
	if n > maxText {
		return "", m.cur.Skip(n)
	}
	b, err := m.cur.Bytes(n)
	return string(b), err
}

// container reads an array or an object: up to its end, or as many values as it counts,
// all of one type where it says so.
func (m *model) container(field string, marker byte) error {
	kind, count, err := m.header()
	if err != nil {
		return err
	}
	if marker == '[' && count >= 0 && kind != 0 {
		if width, fixed := widths[kind]; fixed {
			if width > 0 && count > m.cur.Remaining()/width {
				return cursor.ErrTruncated
			}
			return m.cur.Skip(count * width)
		}
	}
	end := marker + 2 // ] or }
	for i := int64(0); count < 0 || i < count; i++ {
		if count < 0 {
			if b, err := m.cur.Peek(1); err != nil {
				return err
			} else if b[0] == end {
				return m.cur.Skip(1)
			}
		}
		if marker == '{' {
			if field, err = m.string(); err != nil {
				return err
			}
		}
		next := kind
		if kind == 0 {
			if next, err = m.cur.Byte(); err != nil {
				return err
			}
		}
		if err := m.item(field, next); err != nil {
			return err
		}
		if m.cur.Remaining() == 0 && (count < 0 || i+1 < count) {
			return cursor.ErrTruncated
		}
	}
	return nil
}

// header reads the type and the count that a container may begin with.
func (m *model) header() (kind byte, count int64, err error) {
	b, err := m.cur.Peek(1)
	if err != nil {
		return 0, 0, err
	}
	if b[0] == '$' {
		pair, err := m.cur.Bytes(2)
		if err != nil {
			return 0, 0, err
		}
		kind = pair[1]
		if b, err = m.cur.Peek(1); err != nil {
			return 0, 0, err
		}
		if b[0] != '#' {
			return 0, 0, errors.New("a type without a count")
		}
	}
	if b[0] != '#' {
		return kind, -1, nil
	}
	if err := m.cur.Skip(1); err != nil {
		return 0, 0, err
	}
	count, err = m.length()
	return kind, count, err
}
