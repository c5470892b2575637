package policy

import (
	"encoding"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// maxDepth bounds how deep the data of a fact may be nested.
const maxDepth = 64

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// encoder turns typed data into the value that its JSON would have, without writing the
// JSON: that is most of the time of a decision about many facts. A list or map that is
// nil is empty and not null, so that rules can count it.
type encoder struct {
	plans map[reflect.Type]*plan
}

// plan is how a type is encoded.
type plan struct {
	fields []fieldPlan
	byJSON bool // the type decides itself, or does what only encoding/json knows
}

type fieldPlan struct {
	key       *ast.Term
	index     []int
	omitEmpty bool
}

func newEncoder() *encoder { return &encoder{plans: map[reflect.Type]*plan{}} }

func (e *encoder) term(v reflect.Value, depth int) (*ast.Term, error) {
	if !v.IsValid() {
		return ast.NullTerm(), nil
	}
	if depth > maxDepth {
		return nil, errors.New("data is nested too deeply")
	}
	if e.plan(v.Type()).byJSON {
		return viaJSON(v)
	}
	switch v.Kind() {
	case reflect.String:
		return ast.StringTerm(valid(v.String())), nil
	case reflect.Bool:
		return ast.BooleanTerm(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return ast.NumberTerm(json.Number(strconv.FormatInt(v.Int(), 10))), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return ast.NumberTerm(json.Number(strconv.FormatUint(v.Uint(), 10))), nil
	case reflect.Float32, reflect.Float64:
		return number(v)
	case reflect.Pointer, reflect.Interface:
		return e.term(v.Elem(), depth+1)
	case reflect.Struct:
		return e.object(v, depth)
	case reflect.Slice, reflect.Array:
		return e.array(v, depth)
	case reflect.Map:
		return e.mapping(v, depth)
	default:
		return viaJSON(v)
	}
}

func (e *encoder) object(v reflect.Value, depth int) (*ast.Term, error) {
	plan := e.plan(v.Type())
	o := ast.NewObjectWithCapacity(len(plan.fields))
	for _, f := range plan.fields {
		field := v.FieldByIndex(f.index)
		if f.omitEmpty && empty(field) {
			continue
		}
		t, err := e.term(field, depth+1)
		if err != nil {
			return nil, err
		}
		o.Insert(f.key, t)
	}
	return ast.NewTerm(o), nil
}

func (e *encoder) array(v reflect.Value, depth int) (*ast.Term, error) {
	terms := make([]*ast.Term, v.Len())
	for i := range terms {
		t, err := e.term(v.Index(i), depth+1)
		if err != nil {
			return nil, err
		}
		terms[i] = t
	}
	return ast.ArrayTerm(terms...), nil
}

func (e *encoder) mapping(v reflect.Value, depth int) (*ast.Term, error) {
	if v.Type().Key().Kind() != reflect.String || v.Type().Key().Implements(textMarshaler) {
		return viaJSON(v)
	}
	o := ast.NewObjectWithCapacity(v.Len())
	for iter := v.MapRange(); iter.Next(); {
		t, err := e.term(iter.Value(), depth+1)
		if err != nil {
			return nil, err
		}
		o.Insert(ast.StringTerm(valid(iter.Key().String())), t)
	}
	return ast.NewTerm(o), nil
}

func (e *encoder) plan(t reflect.Type) *plan {
	if p, ok := e.plans[t]; ok {
		return p
	}
	p := &plan{byJSON: t.Implements(jsonMarshaler) || t.Implements(textMarshaler) || isBytes(t) || isNumber(t)}
	if t.Kind() == reflect.Struct && !p.byJSON {
		p.add(t, nil, map[string]bool{})
	}
	e.plans[t] = p
	return p
}

// add lists the fields of a struct: its own before those of embedded structs, which they
// hide.
func (p *plan) add(t reflect.Type, at []int, seen map[string]bool) {
	var embedded []reflect.StructField
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			embedded = append(embedded, f)
			continue
		case !f.IsExported() || name == "-" && options == "":
			continue
		case name == "":
			name = f.Name
		}
		if strings.Contains(options, "string") || strings.Contains(options, "omitzero") {
			p.byJSON = true
		}
		if !seen[name] {
			seen[name] = true
			index := append(append([]int{}, at...), f.Index...)
			p.fields = append(p.fields, fieldPlan{ast.StringTerm(name), index, strings.Contains(options, "omitempty")})
		}
	}
	for _, f := range embedded {
		if f.Type.Kind() != reflect.Struct {
			p.byJSON = true
			continue
		}
		p.add(f.Type, append(append([]int{}, at...), f.Index...), seen)
	}
}

func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

func isNumber(t reflect.Type) bool { return t == reflect.TypeFor[json.Number]() }

func viaJSON(v reflect.Value) (*ast.Term, error) {
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return nil, err
	}
	var plain any
	if err := decode(text, &plain); err != nil {
		return nil, err
	}
	value, err := ast.InterfaceToValue(plain)
	if err != nil {
		return nil, err
	}
	return ast.NewTerm(value), nil
}

func number(v reflect.Value) (*ast.Term, error) {
	if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("a number is not finite")
	}
	return viaJSON(v)
}

// empty is what encoding/json calls empty.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}

// valid replaces each byte that is not UTF-8, as encoding/json does.
func valid(s string) string {
	for _, r := range s {
		if r == '\uFFFD' {
			return string([]rune(s))
		}
	}
	return s
}
