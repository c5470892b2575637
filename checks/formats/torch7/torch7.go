// Package torch7 reads the files of Torch 7, as its File.lua writes them
// (https://github.com/torch/torch7/blob/master/doc/serialization.md), binary or as text:
// a graph of tables and objects, in which functions stand as Lua bytecode.
package torch7

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/cmdline"
	"github.com/modelgate/gate/internal/outcome"
)

// Function is the data of torch7.function: a function of Lua, which whatever uses the
// object may call.
type Function struct {
	Type string `json:"type"` // always function
	Text string `json:"text"` // how long it is
}

// Inspector reads files of Torch 7.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "torch7",
		Doc:  "Torch 7 files, read to their end: functions of Lua, commands in strings.",
		Emits: map[gate.Kind]any{
			"torch7.function":   Function{},
			cmdline.Kind:        cmdline.Command{},
			"torch7.malformed":  gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// The first object of nearly all files: of a class, or a table.
var (
	binaryObject = []byte("\x04\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00V ")
	binaryTable  = []byte("\x03\x00\x00\x00\x01\x00\x00\x00")
	textObject   = []byte("4\n1\n3\nV ")
)

// Wants implements checks.Inspector: by the first object, or by the name.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	if bytes.HasPrefix(head, binaryObject) || bytes.HasPrefix(head, textObject) {
		return true
	}
	if bytes.HasPrefix(head, binaryTable) && len(head) >= 24 {
		// A table of few entries, of which the first has a string or a number as its key.
		return head[11] == 0 && (head[12] == 1 || head[12] == 2) && head[13]|head[14]|head[15] == 0
	}
	return strings.HasSuffix(strings.ToLower(b.Path), ".t7")
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	head := b.Head()
	f := &file{ctx: ctx, out: out, cur: binary.NewCursor(b, 0, b.Size), seen: map[int64]bool{}}
	f.text = len(head) > 1 && head[0] >= '0' && head[0] <= '9' && head[1] == '\n'
	err := f.object("")
	at := gate.Location{Offset: f.cur.Offset()}
	result := outcome.File{Out: out, Format: "torch7", Malformed: "torch7.malformed", Name: "the object"}
	if !result.Failed(ctx, at, err, outcome.Limit{Err: errLimit, Budget: "depth", Max: maxDepth}) {
		out.Format("torch7", gate.Unproven, "")
	}
}

const (
	maxDepth   = 2000
	maxObjects = 2_000_000
	maxText    = 64 << 10
)

var errLimit = errors.New("an object beyond the limits of depth or size")

// The types of objects.
const (
	null, number, str, table, class, boolean, function, olderFunction, sharedFunction = 0, 1, 2, 3, 4, 5, 6, 7, 8
)

// object reads an object that stands under a key.
func (f *file) object(key string) error {
	_, err := f.named(key)
	return err
}

// named reads an object and returns its text where it is a string.
func (f *file) named(key string) (string, error) {
	if f.depth++; f.depth > maxDepth || len(f.seen) > maxObjects {
		return "", errLimit
	}
	defer func() { f.depth-- }()
	if err := f.ctx.Err(); err != nil {
		return "", err
	}
	kind, err := f.int()
	if err != nil {
		return "", err
	}
	switch kind {
	case null:
		return "", nil
	case number:
		return "", f.skip(1, 8)
	case boolean:
		_, err := f.int()
		return "", err
	case str:
		return f.str(key)
	case function:
		return "", f.function()
	case table, class, olderFunction, sharedFunction:
		return "", f.shared(kind, key)
	}
	return "", fmt.Errorf("an object of type %d", kind)
}

// shared reads an object with an index, of which only the first occurrence has content.
func (f *file) shared(kind int64, key string) error {
	index, err := f.int()
	if err != nil || f.seen[index] {
		return err
	}
	f.seen[index] = true
	switch kind {
	case table:
		return f.table(key)
	case class:
		return f.class(key)
	default:
		return f.function()
	}
}

func (f *file) table(outer string) error {
	n, err := f.int()
	if err != nil {
		return err
	}
	if n < 0 || n > f.cur.Remaining() {
		return binary.ErrTruncated
	}
	for range n {
		key, err := f.named(outer)
		if err != nil {
			return err
		}
		if err := f.object(key); err != nil {
			return err
		}
	}
	return nil
}

// function reads bytecode and the variables that it has captured.
func (f *file) function() error {
	at := f.cur.Offset()
	n, err := f.length()
	if err != nil {
		return err
	}
	f.out.Emit("torch7.function", gate.Location{Offset: at}, Function{"function", fmt.Sprintf("%d bytes of Lua bytecode", n)})
	if err := f.bytes(n); err != nil {
		return err
	}
	return f.object("")
}

// class reads the version, the name and the content of an object of a class.
func (f *file) class(key string) error {
	name, err := f.str("")
	if err == nil && strings.HasPrefix(name, "V ") {
		name, err = f.str("")
	}
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(name, "Tensor"):
		return f.tensor()
	case strings.HasSuffix(name, "Storage"):
		return f.storage(name)
	default:
		return f.object(key) // the table of its members
	}
}

func (f *file) tensor() error {
	n, err := f.int()
	if err != nil {
		return err
	}
	if n < 0 || n > 1<<10 {
		return fmt.Errorf("a tensor of %d dimensions", n)
	}
	if err := f.skip(2*n+1, 8); err != nil { // sizes, strides, offset
		return err
	}
	return f.object("")
}

// widths are the sizes of the elements of storages by the middle of their names.
var widths = map[string]int64{
	"Byte": 1, "Char": 1, "Short": 2, "Int": 4, "Long": 8, "Float": 4, "Double": 8, "Half": 2, "Cuda": 4,
	"CudaByte": 1, "CudaChar": 1, "CudaShort": 2, "CudaInt": 4, "CudaLong": 8, "CudaDouble": 8, "CudaHalf": 2,
}

func (f *file) storage(name string) error {
	width, ok := widths[strings.TrimSuffix(strings.TrimPrefix(name, "torch."), "Storage")]
	if !ok {
		return fmt.Errorf("a storage of the unknown type %q", name)
	}
	n, err := f.long()
	if err != nil {
		return err
	}
	if n < 0 {
		return fmt.Errorf("a storage of %d elements", n)
	}
	return f.skip(n, width)
}
