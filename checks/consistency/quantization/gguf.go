package quantization

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
)

// types are those of tensors in GGUF, by number. Floats are stored as they are.
var types = map[uint32]string{
	0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K",
	12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
	20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
	29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
}

// fileTypes are those of general.file_type, by number.
var fileTypes = map[uint32]string{
	0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K", 12: "Q3_K", 13: "Q3_K",
	14: "Q4_K", 15: "Q4_K", 16: "Q5_K", 17: "Q5_K", 18: "Q6_K", 32: "BF16",
}

// quant finds the quantisations that a name has between other words.
var quant = regexp.MustCompile(`(?i)(?:^|[-._])(BF16|F16|F32|FP16|FP32|Q4_0|Q4_1|Q5_0|Q5_1|Q8_0|Q2_K|Q3_K_[SML]|Q4_K_[SM]|Q5_K_[SM]|Q6_K)$`)

// any quantisation, of any writer: a name with two of them says neither.
var anyQuant = regexp.MustCompile(`(?i)(?:^|[^a-z0-9])(?:i?t?q[0-9]|b?f16|f32|fp16|fp32|mxfp4|fp8)`)

// quantOf is the quantisation that a file is named after, or nothing where the name is not
// clear. A part of a split model may have tensors of other kinds only.
func quantOf(name string) string {
	stem := name[:len(name)-len(".gguf")]
	m := quant.FindStringSubmatch(stem)
	if m == nil || len(anyQuant.FindAllString(stem, 2)) != 1 {
		return ""
	}
	q := strings.ToUpper(strings.Replace(strings.ToUpper(m[1]), "FP", "F", 1))
	for _, kind := range []string{"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"} {
		if strings.HasPrefix(q, kind) {
			return kind
		}
	}
	return q
}

// fits tells whether a file of some tensors may be called by a quantisation. Those whose
// blocks are long fall back to others where rows are no multiple of them: a file that is
// named by one has some quantised tensor.
func fits(want string, has map[string]bool) bool {
	if has["MXFP4"] {
		return true // the weights as they were trained, whatever the others are stored as
	}
	quantised := false
	for t := range has {
		quantised = quantised || strings.Contains(t, "Q") || strings.HasPrefix(t, "type ")
	}
	switch want {
	case "F16", "BF16", "F32":
		return !quantised
	case "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0":
		return has[want]
	default:
		return quantised
	}
}

// The limits of the header.
const (
	maxEntries = 1_000_000
	maxText    = 64 << 10
)

// header is what a GGUF file says of its tensors.
type header struct {
	purpose string // general.type: empty for most models
	types   map[string]bool
}

var errEnough = errors.New("enough was read")

// readHeader reads the types of the tensors. Of a file of a registry it takes what
// general.file_type states of them, which stands before the vocabulary.
func readHeader(ctx context.Context, b *gate.Blob) (*header, error) {
	r := &reader{ctx: ctx, ranged: b.Ranged, c: binary.NewCursor(b, 0, b.Size), header: &header{types: map[string]bool{}}}
	if err := r.read(); err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return r.header, nil
}

type reader struct {
	*header
	ctx    context.Context
	ranged bool
	c      *binary.Cursor
}

func (r *reader) read() error {
	head, err := r.c.Bytes(4)
	if err != nil || string(head) != "GGUF" {
		return errors.New("is no GGUF")
	}
	version, err := r.c.Uint32()
	if err != nil || version < 2 || version > 3 {
		return fmt.Errorf("version %d is not compared", version)
	}
	tensors, err := r.c.Uint64()
	if err != nil {
		return err
	}
	pairs, err := r.c.Uint64()
	if err != nil || tensors > maxEntries || pairs > maxEntries {
		return errors.New("more entries than are compared")
	}
	for range pairs {
		if err := r.pair(); err != nil {
			return err
		}
	}
	for range tensors {
		if err := r.tensor(); err != nil {
			return err
		}
	}
	return nil
}

// The value types that are more than numbers, and the sizes of the others.
const (
	typeUint32 = 4
	typeString = 8
	typeArray  = 9
)

var sizes = map[uint32]int64{0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

func (r *reader) pair() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	key, err := r.text()
	if err != nil {
		return err
	}
	kind, err := r.c.Uint32()
	if err != nil {
		return err
	}
	switch {
	case key == "general.type" && kind == typeString:
		r.purpose, err = r.text()
		return err
	case key == "general.file_type" && kind == typeUint32 && r.ranged:
		return r.stated()
	case r.ranged && strings.HasPrefix(key, "tokenizer."):
		return errEnough
	}
	return r.skip(kind, true)
}

// stated takes the word of the file for the types of its tensors.
func (r *reader) stated() error {
	n, err := r.c.Uint32()
	if t, ok := fileTypes[n]; ok {
		r.types[t] = true
	}
	return errors.Join(err, errEnough)
}

func (r *reader) skip(kind uint32, arrays bool) error {
	switch {
	case sizes[kind] > 0:
		return r.c.Skip(sizes[kind])
	case kind == typeString:
		n, err := r.length()
		if err != nil {
			return err
		}
		return r.c.Skip(n)
	case kind == typeArray && arrays:
		return r.array()
	default:
		return fmt.Errorf("value type %d is not compared", kind)
	}
}

func (r *reader) array() error {
	kind, err := r.c.Uint32()
	if err != nil {
		return err
	}
	n, err := r.length()
	if err != nil {
		return err
	}
	if size := sizes[kind]; size > 0 {
		if n > r.c.Remaining()/size {
			return binary.ErrTruncated
		}
		return r.c.Skip(n * size)
	}
	for range n {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := r.skip(kind, false); err != nil {
			return err
		}
	}
	return nil
}

// length reads a number of bytes or items, which can be no more than bytes are left.
func (r *reader) length() (int64, error) {
	n, err := r.c.Uint64()
	if err == nil && n > uint64(r.c.Remaining()) {
		err = binary.ErrTruncated
	}
	return int64(n), err
}

func (r *reader) text() (string, error) {
	n, err := r.length()
	if err != nil || n > maxText {
		return "", errors.Join(err, binary.ErrTooLong)
	}
	b, err := r.c.Bytes(n)
	return string(b), err
}

func (r *reader) tensor() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if _, err := r.text(); err != nil {
		return err
	}
	dims, err := r.c.Uint32()
	if err != nil || dims > 4 {
		return errors.New("more dimensions than there may be")
	}
	if err := r.c.Skip(int64(dims) * 8); err != nil {
		return err
	}
	kind, err := r.c.Uint32()
	if err != nil {
		return err
	}
	name, ok := types[kind]
	if !ok {
		name = fmt.Sprintf("type %d", kind)
	}
	r.types[name] = true
	return r.c.Skip(8)
}
