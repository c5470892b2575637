package onnx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/magic"
	"github.com/modelgate/gate/internal/protobuf"
)

var errBudget = errors.New("more fields or deeper graphs than are read")

// schema tells which fields of which messages hold messages that matter.
var schema = map[string]map[int32]string{
	"model":     {7: "graph", 14: "entry", 20: "training", 25: "function"},
	"training":  {1: "graph", 2: "graph"},
	"function":  {7: "node", 11: "attribute"},
	"graph":     {1: "node", 5: "tensor", 15: "sparse", 16: "entry"},
	"node":      {5: "attribute", 9: "entry"},
	"attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
	"sparse":    {1: "tensor", 2: "tensor"},
}

// reader walks a model.
type reader struct {
	ctx       context.Context
	out       gate.Recorder
	fields    int
	graph     bool
	broken    string
	operators map[Operator]int64 // and where each stands first
	functions map[Operator]bool
	files     map[string]bool
}

// field reads a field of a message.
func (r *reader) field(message string, f protobuf.Field, depth int) error {
	if r.fields++; r.fields > maxFields || depth > maxDepth {
		return errBudget
	}
	kind := schema[message][f.Number]
	switch kind {
	case "":
		return nil
	case "tensor":
		return r.tensor(f)
	case "entry":
		return r.entry(f)
	case "graph":
		r.graph = true
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	var names [14]string // of the fields that name a node or a function
	err := f.Walk(func(inner protobuf.Field) (err error) {
		switch {
		case kind == "node" && (inner.Number == 4 || inner.Number == 7),
			kind == "function" && (inner.Number == 1 || inner.Number == 10):
			names[inner.Number], err = inner.Text(maxName)
			return err
		}
		return r.field(kind, inner, depth+1)
	})
	switch kind {
	case "node":
		r.operator(Operator{names[7], names[4]}, f.Start)
	case "function":
		r.functions[Operator{names[10], names[1]}] = true
	}
	return err
}

func (r *reader) operator(op Operator, at int64) {
	switch op.Domain {
	case "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training":
		// The standard has no operator of these names; old runtimes ran Python by them.
		if op.Type != "PyOp" && op.Type != "PythonOp" {
			return
		}
	}
	if _, seen := r.operators[op]; !seen && len(r.operators) < maxDistinct {
		r.operators[op] = at
	}
}

// report states the operators that no function of the model defines, each once.
func (r *reader) report() {
	ops := make([]Operator, 0, len(r.operators))
	for op := range r.operators {
		if !r.functions[op] {
			ops = append(ops, op)
		}
	}
	slices.SortFunc(ops, func(a, b Operator) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Type, b.Type))
	})
	for _, op := range ops {
		r.out.Emit("onnx.operator", gate.Location{Offset: r.operators[op]}, op)
	}
}

// pair reads a message of a key and a value.
func pair(f protobuf.Field, limit int64) (texts [2]string, err error) {
	err = f.Walk(func(f protobuf.Field) (err error) {
		if f.Number == 1 || f.Number == 2 {
			texts[f.Number-1], err = f.Text(limit)
		}
		return err
	})
	return texts, err
}

func (r *reader) entry(f protobuf.Field) error {
	kv, err := pair(f, 16<<20)
	if what := magic.Payload([]byte(kv[1])); what != "" {
		r.out.Emit("onnx.metadata", gate.Location{Offset: f.Start}, Metadata{kv[0], what})
	}
	return err
}

// breach states a contradiction and lets reading go on.
func (r *reader) breach(at int64, format string, args ...any) {
	r.broken = fmt.Sprintf(format, args...)
	r.out.Emit("onnx.malformed", gate.Location{Offset: at}, gate.Malformed{Reason: r.broken})
}

// width is the bits of an element by TensorProto.DataType.
var width = map[uint64]uint64{1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64,
	12: 32, 13: 64, 14: 64, 15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8}

func (r *reader) tensor(f protobuf.Field) error {
	var kind uint64
	elements, fits, raw := uint64(1), true, int64(-1)
	dim := func(n uint64) {
		hi, lo := bits.Mul64(elements, n)
		elements, fits = lo, fits && hi == 0
	}
	external := map[string]string{}
	err := f.Walk(func(f protobuf.Field) error {
		switch {
		case f.Number == 1 && f.Type == protobuf.Varint:
			dim(f.Value)
		case f.Number == 1:
			return packed(f, dim)
		case f.Number == 2:
			kind = f.Value
		case f.Number == 9:
			raw = f.End - f.Start
		case f.Number == 13:
			kv, err := pair(f, maxName)
			external[kv[0]] = kv[1]
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(external) > 0 {
		r.external(f.Start, external)
	}
	if bitsEach := width[kind]; bitsEach > 0 && raw >= 0 {
		hi, total := bits.Mul64(elements, bitsEach)
		if !fits || hi != 0 || (total+7)/8 != uint64(raw) {
			r.breach(f.Start, "a tensor has %d bytes, which its shape contradicts", raw)
		}
	}
	return nil
}

// packed reads the numbers of a packed field, which follow each other without keys.
func packed(f protobuf.Field, visit func(uint64)) error {
	text, err := f.Text(maxName)
	if err != nil {
		return err
	}
	var v uint64
	shift := 0
	for i := range len(text) {
		v |= uint64(text[i]&0x7f) << shift
		if shift += 7; text[i] < 0x80 {
			visit(v)
			v, shift = 0, 0
		} else if shift > 63 {
			return fmt.Errorf("packed numbers: %w", protobuf.ErrMalformed)
		}
	}
	return nil
}

// external states a file that a tensor is read from, once.
func (r *reader) external(at int64, kv map[string]string) {
	e := External{Location: kv["location"], Length: -1}
	e.Problem = escape(e.Location)
	for _, n := range []struct {
		key   string
		value *int64
	}{{"offset", &e.Offset}, {"length", &e.Length}} {
		text, given := kv[n.key]
		if !given {
			continue
		}
		v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil || v < 0 {
			r.breach(at, "the %s %.40q of external data is no size", n.key, text)
			v = -1
		}
		*n.value = v
	}
	if !r.files[e.Location] && len(r.files) < maxDistinct {
		r.files[e.Location] = true
		r.out.Emit("onnx.external", gate.Location{Offset: at}, e)
	}
}

// escape tells how a location leaves the model's folder, on whichever system.
func escape(location string) string {
	clean := path.Clean(strings.ReplaceAll(location, `\`, "/"))
	switch {
	case strings.Contains(location, "://"):
		return "url"
	case strings.HasPrefix(clean, "/") || len(location) > 1 && location[1] == ':':
		return "absolute"
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return "parent"
	case strings.ContainsAny(location, "\\\x00"):
		return "backslash"
	case slices.Contains(strings.Split(location, "/"), ".."):
		return "unclean"
	}
	return ""
}
