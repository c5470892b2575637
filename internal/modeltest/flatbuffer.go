package modeltest

import (
	"encoding/binary"
)

// Fields are those of a table of a flatbuffer, in order: nil for one that is not there, a
// number of its own size, a string, a vector of numbers, another table or several.
type Fields []any

// Flatbuffer is a flatbuffer with a root table and an identifier, with room for a header
// behind that.
func Flatbuffer(identifier string, header int, root Fields) []byte {
	b := append(make([]byte, 4), identifier...)
	b = append(b, make([]byte, header)...)
	b, at := root.write(b)
	binary.LittleEndian.PutUint32(b, uint32(at))
	return b
}

// write appends a table and all that it refers to, and returns where the table stands.
func (f Fields) write(b []byte) ([]byte, int) {
	le := binary.LittleEndian
	b = pad(b, 2)
	list := len(b)
	b = le.AppendUint16(b, uint16(4+2*len(f)))
	b = append(b, make([]byte, 2+2*len(f))...)
	b = pad(b, 8)
	table := len(b)
	b = le.AppendUint32(b, uint32(table-list))
	places := make([]int, len(f))
	for i, v := range f {
		if v == nil {
			continue
		}
		n := 4
		switch v.(type) {
		case uint8:
			n = 1
		case uint64:
			n = 8
		}
		b = pad(b, n)
		places[i] = len(b)
		le.PutUint16(b[list+4+2*i:], uint16(len(b)-table))
		switch v := v.(type) {
		case uint8:
			b = append(b, v)
		case uint32:
			b = le.AppendUint32(b, v)
		case uint64:
			b = le.AppendUint64(b, v)
		default:
			b = le.AppendUint32(b, 0)
		}
	}
	le.PutUint16(b[list+2:], uint16(len(b)-table))
	for i, v := range f {
		at := -1
		switch v := v.(type) {
		case Fields:
			b, at = v.write(b)
		case []Fields:
			b, at = writeTables(b, v)
		case string:
			b, at = vector(b, len(v), append([]byte(v), 0))
		case []byte:
			b, at = vector(b, len(v), v)
		case []uint32:
			b, at = vector(b, len(v), appendAll(le.AppendUint32, v))
		case []uint64:
			b, at = vector(append(pad(b, 8), 0, 0, 0, 0), len(v), appendAll(le.AppendUint64, v))
		}
		if at >= 0 {
			le.PutUint32(b[places[i]:], uint32(at-places[i]))
		}
	}
	return b, table
}

func writeTables(b []byte, tables []Fields) ([]byte, int) {
	b, at := vector(b, len(tables), make([]byte, 4*len(tables)))
	for i, t := range tables {
		var to int
		b, to = t.write(b)
		place := at + 4 + 4*i
		binary.LittleEndian.PutUint32(b[place:], uint32(to-place))
	}
	return b, at
}

func vector(b []byte, n int, items []byte) ([]byte, int) {
	b = pad(b, 4)
	at := len(b)
	return append(binary.LittleEndian.AppendUint32(b, uint32(n)), items...), at
}

func appendAll[T any](add func([]byte, T) []byte, items []T) (b []byte) {
	for _, v := range items {
		b = add(b, v)
	}
	return b
}

func pad(b []byte, n int) []byte { return append(b, make([]byte, (n-len(b)%n)%n)...) }

// TFLite is a TensorFlow Lite model with one operator code, which is custom where it has
// a name.
func TFLite(custom string) []byte {
	code := Fields{nil, nil, nil, uint32(3)}
	if custom != "" {
		code = Fields{uint8(32), custom, nil, uint32(32)}
	}
	return Flatbuffer("TFL3", 0, Fields{nil, []Fields{code}})
}

// ExecuTorch is a program of one method that adds a constant of n floats, for which its
// segment has so many bytes, by an operator, and that gives data to a backend where one
// is named.
func ExecuTorch(operator string, n, segment int, backend string, data []byte) []byte {
	tensor := Fields{uint8(6), nil, []uint32{uint32(n)}, []byte{0}, nil, uint32(1)}
	plan := Fields{
		"forward", Fields{"", ""}, []Fields{{uint8(5), tensor}}, []uint32{}, []uint32{0},
		[]Fields{{[]uint32{}, []uint32{}, []Fields{{uint8(1), Fields{uint32(0), []uint32{0, 0, 0}}}}}},
		[]Fields{{operator, "out"}}, nil, []uint64{0},
	}
	var inline []Fields
	if backend != "" {
		plan[7] = []Fields{{backend, Fields{nil, nil}, []Fields{{"key", []byte("value")}}}}
		inline = []Fields{{data}}
	}
	constants := Fields{nil, []uint64{0, 0}}
	const header = 32
	b := Flatbuffer("ET12", header, Fields{nil, []Fields{plan}, []Fields{}, inline, []Fields{{nil, uint64(segment)}}, constants})
	h := append([]byte("eh00"), header, 0, 0, 0)
	for _, v := range []int{len(b), len(pad(b, 16)), segment} {
		h = binary.LittleEndian.AppendUint64(h, uint64(v))
	}
	copy(b[8:], h)
	return append(pad(b, 16), make([]byte, segment)...)
}
