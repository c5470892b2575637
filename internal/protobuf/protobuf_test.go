package protobuf

import (
	"errors"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/binary"
	"google.golang.org/protobuf/encoding/protowire"
)

func walk(data string, visit func(Field) error) error {
	return Walk(strings.NewReader(data), 0, int64(len(data)), visit)
}

func TestWalk(t *testing.T) {
	var b []byte
	b = protowire.AppendVarint(protowire.AppendTag(b, 1, protowire.VarintType), 1<<63)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), 7)
	b = protowire.AppendFixed64(protowire.AppendTag(b, 3, protowire.Fixed64Type), 8)
	inner := protowire.AppendString(protowire.AppendTag(nil, 5, protowire.BytesType), "text")
	b = protowire.AppendBytes(protowire.AppendTag(b, 1<<29-1, protowire.BytesType), inner)
	var got []uint64
	var text string
	err := walk(string(b), func(f Field) error {
		got = append(got, f.Value)
		if f.Type != Bytes {
			return nil
		}
		return f.Walk(func(f Field) (err error) {
			text, err = f.Text(3)
			return err
		})
	})
	if err != nil || len(got) != 4 || got[0] != 1<<63 || got[1] != 7 || got[2] != 8 || text != "tex" {
		t.Errorf("got %v, %q, %v", got, text, err)
	}
}

func TestMalformed(t *testing.T) {
	for data, want := range map[string]error{
		"\x00":        ErrMalformed, // field 0
		"\x0b":        ErrMalformed, // a group
		"\x0a\x05abc": binary.ErrTruncated,
		"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01": binary.ErrTruncated,
		"\x08": binary.ErrTruncated,
		"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01": ErrMalformed,
		"\x09abc": binary.ErrTruncated,
		"\x0dabc": binary.ErrTruncated,
	} {
		if err := walk(data, func(Field) error { return nil }); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", data, err, want)
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add("\x08\x01\x12\x03\x0a\x01a")
	f.Fuzz(func(t *testing.T, data string) {
		last := int64(0)
		_ = walk(data, func(f Field) error {
			if f.Type == Bytes && (f.Start < last || f.End < f.Start || f.End > int64(len(data))) {
				t.Errorf("field takes [%d, %d) of %d", f.Start, f.End, len(data))
			}
			last = f.Start
			return nil
		})
	})
}
