package gguf

import (
	"fmt"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/magic"
)

// The value types that are more than numbers.
const (
	typeString = 8
	typeArray  = 9
)

// sizes are those of the other value types.
var sizes = map[uint32]int64{0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

// pair reads a metadata entry.
func (f *file) pair() error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	key, err := f.text(64 << 10)
	if err != nil {
		return fmt.Errorf("metadata key: %w", err)
	}
	switch {
	case key == "":
		f.breach("a metadata key is empty")
	case f.keys[key]:
		f.breach("the metadata key %q occurs twice", key)
	}
	f.keys[key] = true
	kind, err := f.uint32()
	if err == nil {
		err = f.value(key, kind, 0)
	}
	if err != nil {
		return fmt.Errorf("metadata %q: %w", key, err)
	}
	return nil
}

func (f *file) value(key string, kind uint32, depth int) error {
	switch {
	case key == "general.alignment" && kind == 4 && depth == 0:
		return f.align()
	case kind == typeString:
		return f.string(key)
	case kind == typeArray:
		return f.array(key, depth)
	case sizes[kind] > 0:
		return f.c.Skip(sizes[kind])
	default:
		return fmt.Errorf("value type %d is unknown", kind)
	}
}

func (f *file) align() error {
	n, err := f.uint32()
	if err != nil {
		return err
	}
	if n == 0 || n&(n-1) != 0 || n > 64<<10 {
		f.out.Emit("gguf.tensor", gate.Location{Offset: f.c.Offset()}, Tensor{
			Field: "alignment", Claims: fmt.Sprint(n), Limit: "a power of two up to 65536"})
		return fmt.Errorf("alignment %d is no power of two up to 65536", n)
	}
	f.alignment = int64(n)
	return nil
}

func (f *file) string(key string) error {
	at := f.c.Offset()
	text, err := f.text(maxString)
	if err != nil {
		return err
	}
	if key == "tokenizer.chat_template" || strings.HasPrefix(key, "tokenizer.chat_template.") {
		f.out.Child("chat_template.jinja", int64(len(text)), strings.NewReader(text))
		return nil
	}
	f.payload(key, at, text)
	return nil
}

// payload states a value that is no text. What is shorter cannot be one.
func (f *file) payload(key string, at int64, value string) {
	if len(value) < 16 {
		return
	}
	if what := magic.Payload([]byte(value)); what != "" {
		f.out.Emit("gguf.metadata", gate.Location{Offset: at}, Metadata{key, what})
	}
}

func (f *file) array(key string, depth int) error {
	kind, err := f.uint32()
	if err != nil {
		return err
	}
	n, err := f.length()
	if err != nil {
		return err
	}
	if kind == typeArray {
		f.breach("the metadata %q holds an array of arrays", key)
		if depth >= maxNesting {
			return fmt.Errorf("arrays nest deeper than %d", maxNesting)
		}
	}
	size := sizes[kind]
	if size == 0 {
		size = 4 // the shortest length of a string or an array
	}
	if n > uint64(f.c.Remaining()/size) {
		f.out.Emit("gguf.tensor", gate.Location{Offset: f.c.Offset()}, Tensor{
			Name: key, Field: "count", Claims: fmt.Sprint(n), Limit: fmt.Sprint(f.c.Remaining() / size)})
		return fmt.Errorf("an array claims %d items in %d bytes", n, f.c.Remaining())
	}
	if sizes[kind] > 0 {
		return f.numbers(key, kind, int64(n)*size)
	}
	for range n {
		if err := f.value(key, kind, depth+1); err != nil {
			return err
		}
		if err := f.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// numbers skips an array of numbers, but looks into one of bytes.
func (f *file) numbers(key string, kind uint32, size int64) error {
	if kind > 1 || size < 64 {
		return f.c.Skip(size)
	}
	at := f.c.Offset()
	head, err := f.c.Bytes(min(size, maxString))
	if err != nil {
		return err
	}
	f.payload(key, at, string(head))
	return f.c.Skip(size - int64(len(head)))
}
