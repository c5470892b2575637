package modelfolder

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
)

// The limits of what is read of the weights of one folder. A model of a thousand billion
// parameters has some 150,000 tensors.
const (
	maxHeader  = 100_000_000 // of one file, as the reference reader has it
	maxHeaders = 128 << 20
	maxTensors = 500_000
)

// ErrBudget says that the weights of the folder declare more than is read.
var ErrBudget = errors.New("the headers of the weights are longer than is compared")

// Tensor is a tensor as the header declares it. Its bytes are [From, To) of the file.
type Tensor struct {
	Name, DType string
	Shape       []int64
	From, To    int64
}

// Weights are the tensors of one file.
type Weights struct {
	Tensors []Tensor
	// Metadata has the names of the entries beside the tensors: writers keep there the
	// names of tensors that they left out as duplicates of others.
	Metadata map[string]bool
}

// entry is a tensor as it is written.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Safetensors reads the header of a file of weights.
func (f *Folder) Safetensors(ctx context.Context, b *gate.Blob) (*Weights, error) {
	var prefix [8]byte
	if n, err := b.ReadAt(prefix[:], 0); n < len(prefix) {
		return nil, fmt.Errorf("length of the header: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	size := binary.LittleEndian.Uint64(prefix[:])
	if size > maxHeader || int64(size) > b.Size-8 {
		return nil, fmt.Errorf("the header claims %d bytes of %d", size, b.Size-8)
	}
	if f.header -= int64(size); f.header < 0 {
		return nil, ErrBudget
	}
	w := &Weights{Metadata: map[string]bool{}}
	dec := jsontext.NewDecoder(io.NewSectionReader(b, 8, int64(size)), jsontext.AllowDuplicateNames(true))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return nil, fmt.Errorf("the header is no object: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	for dec.PeekKind() == '"' {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := f.member(dec, w, 8+int64(size)); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return w, err
}

func (f *Folder) member(dec *jsontext.Decoder, w *Weights, data int64) error {
	name, err := dec.ReadToken()
	if err != nil {
		return err
	}
	key := name.String()
	if key == "__metadata__" {
		return metadata(dec, w)
	}
	var e entry
	if err := json.UnmarshalDecode(dec, &e); err != nil {
		return fmt.Errorf("tensor %q: %w", key, err)
	}
	if f.tensors--; f.tensors < 0 {
		return ErrBudget
	}
	w.Tensors = append(w.Tensors, Tensor{key, e.DType, e.Shape, data + e.Offsets[0], data + e.Offsets[1]})
	return nil
}

func metadata(dec *jsontext.Decoder, w *Weights) error {
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return fmt.Errorf("the metadata are no object: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		w.Metadata[name.String()] = true
		if err := dec.SkipValue(); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// Model are the tensors that a library loads from the folder as the model, by their names,
// and the name of the file that tells where they are. They are complete if no file is
// missing or unread. An error is a spent budget, or the end of the time.
func (f *Folder) Model(ctx context.Context) (tensors map[string]Tensor, source string, complete bool, err error) {
	source, complete = "model.safetensors", true
	shards := []string{source}
	if f.File(source) == nil {
		source = "model.safetensors.index.json"
		shards = indexed(f.JSON(source))
	}
	tensors = map[string]Tensor{}
	for _, name := range shards {
		b := f.File(name)
		if b == nil || Pointer(b) {
			complete = false
			continue
		}
		w, err := f.Safetensors(ctx, b)
		switch {
		case errors.Is(err, ErrBudget) || ctx.Err() != nil:
			return nil, source, false, err
		case err != nil:
			complete = false
			continue
		}
		for _, t := range w.Tensors {
			tensors[t.Name] = t
		}
	}
	return tensors, source, complete && len(tensors) > 0, nil
}

// indexed are the files that an index names, each once.
func indexed(index *Document) (out []string) {
	seen := map[string]bool{}
	if v := index.Get("weight_map"); v != nil {
		for _, m := range v.Members {
			if file := m.Value.String(); !seen[file] && strings.HasSuffix(file, ".safetensors") {
				seen[file] = true
				out = append(out, file)
			}
		}
	}
	return out
}

// Int is the whole number that a value is, if it is one. It may be called with nil.
func Int(v *jsontree.Value) (int64, bool) {
	if v == nil || v.Kind != '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(v.Text, 10, 64)
	return n, err == nil
}
