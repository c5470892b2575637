package rds

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
)

const (
	maxDepth = 5000
	maxRefs  = 2_000_000
	maxText  = 200 // of what is quoted
)

var errLimit = errors.New("an object beyond the limits of depth or size")

// The types of items, of which those above 230 stand for values that every session has.
const (
	symbol, pairlist, closure, environment, promise, language = 1, 2, 3, 4, 5, 6
	special, builtin, char, logical, integer, double          = 7, 8, 9, 10, 13, 14
	complexes, strs, dots, list, expression, bytecode         = 15, 16, 17, 19, 20, 21
	pointer, weak, raw, s4                                    = 22, 23, 24, 25

	altrep, attrList, attrLang, repDefinition, repReference  = 238, 239, 240, 244, 243
	emptyEnv, baseEnv, persistent, pkg, namespace, baseSpace = 242, 241, 247, 246, 249, 250
	missingArg, unbound, globalEnv, null, reference          = 251, 252, 253, 254, 255
)

// object is a stream that is being read.
type object struct {
	ctx    context.Context
	out    gate.Recorder
	in     *input
	refs   []string // the names of symbols, empty for others
	stated map[string]bool
	code   bool // there is something that could run
	depth  int
	items  int
}

// item is what is kept of a value: its source text, where it can be part of a call.
type item struct {
	text    string
	unbound bool
}

// read reads the header and the one value of a stream.
func (o *object) read(workspace bool) error {
	if workspace {
		if err := o.in.cur.Skip(5); err != nil {
			return err
		}
	}
	magic, err := o.in.cur.Bytes(2)
	if err != nil {
		return err
	}
	if magic[1] != '\n' || !strings.ContainsRune("XAB", rune(magic[0])) {
		return fmt.Errorf("no encoding but %q", magic)
	}
	o.in.format = magic[0]
	version, err := o.in.int()
	if err != nil {
		return err
	}
	if version != 2 && version != 3 {
		return fmt.Errorf("version %d", version)
	}
	for range 2 { // the versions of R that wrote and that can read
		if _, err := o.in.int(); err != nil {
			return err
		}
	}
	if version == 3 {
		n, err := o.in.int()
		if err != nil {
			return err
		}
		if n < 0 || n > 63 {
			return fmt.Errorf("an encoding of %d bytes", n)
		}
		if _, err := o.in.text(int64(n)); err != nil {
			return err
		}
	}
	_, err = o.next()
	return err
}

// next reads a value.
func (o *object) next() (item, error) {
	flags, err := o.in.int()
	if err != nil {
		return item{}, err
	}
	return o.value(flags)
}

func (o *object) value(flags int32) (item, error) {
	if o.depth++; o.depth > maxDepth || len(o.refs) > maxRefs {
		return item{}, errLimit
	}
	defer func() { o.depth-- }()
	if o.items++; o.items&1023 == 0 && o.ctx.Err() != nil {
		return item{}, o.ctx.Err()
	}
	switch kind := flags & 0xff; kind {
	case null, emptyEnv, baseEnv, globalEnv, baseSpace, missingArg:
		return item{text: names[kind]}, nil
	case unbound:
		return item{unbound: true}, nil
	case reference:
		return o.reference(flags)
	case symbol:
		name, err := o.next()
		o.refs = append(o.refs, name.text)
		return name, err
	case persistent, pkg, namespace:
		return o.names()
	case environment:
		return o.environment()
	case pairlist, language, closure, promise, dots:
		return o.pair(flags)
	case altrep:
		return item{}, o.several(3)
	case bytecode:
		return o.bytecode(flags)
	default:
		return o.vector(kind, flags&hasAttributes != 0)
	}
}

var names = map[int32]string{null: "NULL", globalEnv: "globalenv()"}

const (
	hasAttributes = 0x200
	hasTag        = 0x400
	// activeBinding is a bit of the levels of a cell of an environment's frame.
	activeBinding = 1 << 15 << 12
)

func (o *object) several(n int64) error {
	for range n {
		if _, err := o.next(); err != nil {
			return err
		}
	}
	return nil
}

func (o *object) reference(flags int32) (item, error) {
	i := flags >> 8
	if i == 0 {
		var err error
		if i, err = o.in.int(); err != nil {
			return item{}, err
		}
	}
	if i < 1 || int(i) > len(o.refs) {
		return item{}, fmt.Errorf("reference %d of %d", i, len(o.refs))
	}
	return item{text: o.refs[i-1]}, nil
}

// names reads the strings that name a package or the like.
func (o *object) names() (item, error) {
	if _, err := o.in.int(); err != nil {
		return item{}, err
	}
	n, err := o.in.int()
	if err != nil {
		return item{}, err
	}
	o.refs = append(o.refs, "")
	return item{}, o.several(int64(n))
}

func (o *object) environment() (item, error) {
	if _, err := o.in.int(); err != nil { // whether it is locked
		return item{}, err
	}
	o.refs = append(o.refs, "")
	return item{}, o.several(4) // enclosure, frame, hash table, attributes
}

func (o *object) char() (item, error) {
	n, err := o.in.int()
	if err != nil || n == -1 {
		return item{text: "NA"}, err
	}
	if n < 0 {
		return item{}, fmt.Errorf("a string of length %d", n)
	}
	text, err := o.in.text(int64(n))
	return item{text: text}, err
}

// widths are the sizes of the elements of vectors.
var widths = map[int32]int64{logical: 4, integer: 4, double: 8, complexes: 16, raw: 1}

func (o *object) vector(kind int32, attributes bool) (it item, err error) {
	var n int64
	switch kind {
	case s4:
	case weak:
		o.refs = append(o.refs, "")
	case pointer:
		o.refs = append(o.refs, "")
		err = o.several(2)
	case char, special, builtin:
		it, err = o.char()
	case logical, integer, double, complexes, raw:
		if n, err = o.in.length(); err == nil {
			err = o.in.skip(n, widths[kind])
		}
	case strs, list, expression:
		it, err = o.elements(kind)
	default:
		return it, fmt.Errorf("an item of type %d", kind)
	}
	if err == nil && attributes {
		_, err = o.next()
	}
	return it, err
}

// elements reads strings or values. One string is a constant of a call.
func (o *object) elements(kind int32) (it item, err error) {
	n, err := o.in.length()
	for i := int64(0); i < n && err == nil; i++ {
		var e item
		if e, err = o.next(); i == 0 && kind == strs {
			it.text = strconv.Quote(e.text)
		}
	}
	return it, err
}
