package safetensors

import (
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/magic"
)

// tensor is an entry of the header. at is the offset of its entry in the file.
type tensor struct {
	name, dtype string
	shape       []uint64
	begin, end  int64
	at          int64
}

// width is the size of an element in bits.
var width = map[string]uint64{
	"BOOL": 8, "U8": 8, "I8": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
	"F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
	"I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
	"C64": 64, "F64": 64, "I64": 64, "U64": 64,
}

// bytes is the size of the tensor by its shape and type.
func (t tensor) bytes() (int64, bool) {
	total := width[t.dtype]
	for _, n := range t.shape {
		hi, lo := bits.Mul64(total, n)
		if hi != 0 {
			return 0, false
		}
		total = lo
	}
	return int64(total / 8), total%8 == 0
}

// header reads the JSON object of the header, token by token.
func (f *file) header(r io.Reader) error {
	h := &header{file: f, dec: jsontext.NewDecoder(r,
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(false))}
	f.names = map[string]bool{}
	f.at = 8
	if err := h.object(h.entry); err != nil {
		f.at = 8 + h.dec.InputOffset()
		return fmt.Errorf("header: %w", err)
	}
	// Writers pad the header with blanks, which the decoder skips before the end.
	if _, err := h.dec.ReadToken(); err != io.EOF {
		f.at = 8 + h.dec.InputOffset()
		return fmt.Errorf("header: data after its object")
	}
	return nil
}

type header struct {
	*file
	dec *jsontext.Decoder
}

// object reads an object and calls member behind each name.
func (h *header) object(member func(name string) error) error {
	if kind := h.dec.PeekKind(); kind != '{' {
		return fmt.Errorf("%q where an object belongs", kind.String())
	}
	if _, err := h.dec.ReadToken(); err != nil {
		return err
	}
	for h.dec.PeekKind() != '}' {
		name, err := h.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := h.dec.ReadToken()
	return err
}

func (h *header) entry(name string) error {
	if err := h.ctx.Err(); err != nil {
		return err
	}
	at := 8 + h.dec.InputOffset()
	if h.names[name] {
		h.state = gate.Unproven
		h.out.Emit("safetensors.duplicate", gate.Location{Offset: at}, Duplicate{name})
	}
	h.names[name] = true
	if name == "__metadata__" {
		return h.object(h.metadata)
	}
	if len(h.tensors) >= maxTensors {
		return errBudget
	}
	t := tensor{name: name, at: at, begin: -1}
	if err := h.object(func(field string) error { return h.field(&t, field) }); err != nil {
		return fmt.Errorf("tensor %q: %w", name, err)
	}
	if _, known := width[t.dtype]; !known || t.begin < 0 || t.shape == nil {
		return fmt.Errorf("tensor %q lacks a known dtype, a shape or data_offsets (dtype %q)", name, t.dtype)
	}
	h.tensors = append(h.tensors, t)
	return nil
}

func (h *header) metadata(key string) error {
	at := 8 + h.dec.InputOffset()
	value, err := h.text()
	if err != nil {
		return fmt.Errorf("metadata %q: %w", key, err)
	}
	if what := magic.Payload([]byte(value)); what != "" {
		h.out.Emit("safetensors.metadata", gate.Location{Offset: at}, Metadata{key, what})
	}
	return nil
}

func (h *header) field(t *tensor, name string) (err error) {
	var numbers []uint64
	switch name {
	case "dtype":
		t.dtype, err = h.text()
	case "shape":
		t.shape, err = h.numbers()
	case "data_offsets":
		if numbers, err = h.numbers(); err == nil && (len(numbers) != 2 || numbers[0]>>62 != 0 || numbers[1]>>62 != 0) {
			err = fmt.Errorf("data_offsets are %d", numbers)
		}
		if err == nil {
			t.begin, t.end = int64(numbers[0]), int64(numbers[1])
		}
	default:
		// Readers skip it, so it may hold anything.
		h.state = gate.Unproven
		err = h.dec.SkipValue()
	}
	return err
}

func (h *header) text() (string, error) {
	token, err := h.dec.ReadToken()
	if err != nil {
		return "", err
	}
	if token.Kind() != '"' {
		return "", fmt.Errorf("%q where a string belongs", token.Kind().String())
	}
	return token.String(), nil
}

func (h *header) numbers() ([]uint64, error) {
	raw, err := h.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	list := strings.TrimSuffix(strings.TrimPrefix(string(raw), "["), "]")
	if len(list)+2 != len(raw) {
		return nil, fmt.Errorf("%.40q where a list belongs", raw)
	}
	numbers := []uint64{}
	if strings.TrimSpace(list) == "" {
		return numbers, nil
	}
	for part := range strings.SplitSeq(list, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(part), 10, 64)
		if err != nil || len(numbers) >= 64 {
			return nil, fmt.Errorf("%.40q is no list of sizes", raw)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
