// Package pickle runs Python pickles on an abstract machine: every opcode of protocols
// 0 to 5 with a real stack, marks and memo, and with what CPython's unpickler accepts,
// but no object is ever made. What comes out is what a load would import, call and
// change, and whether a typed grammar accounts for all of it.
//
// The opcodes are those of https://github.com/python/cpython/blob/main/Lib/pickletools.py,
// their meaning that of https://github.com/python/cpython/blob/main/Modules/_pickle.c.
package pickle

import (
	"context"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
)

// Options are how a stream is run. The zero value is the ordinary way.
type Options struct {
	// Lists are the globals that are known; nil are the built-in ones.
	Lists *Lists
	// Limits bound the work; zero fields have the defaults.
	Limits Limits
	// Joblib reads the dialect of joblib: behind the BUILD of a NumpyArrayWrapper
	// stand the raw bytes of the array, or for an array of objects another stream.
	Joblib bool
	// Numbered are streams of torch before 0.1.10, whose persistent ids are texts of a
	// number by which the file around knows a tensor or a storage.
	Numbered bool

	framed bool   // read as C does where a frame is crossed, see drop
	depth  int    // of streams inside streams
	room   *int64 // bytes of Limits.Memory that are left to all of them
}

// Limits bound the work of one stream. What is spent is Result.Incomplete.
type Limits struct {
	Opcodes  int64 // executed
	Stack    int   // values on the stack
	Marks    int   // open at once
	Memo     int   // entries of the memo
	Values   int   // values kept inside containers; further ones are only summarised
	Children int   // values kept of one container
	Line     int   // bytes of a line of text
	Digits   int   // of a number in text, in bytes
	Head     int   // bytes kept of a constant
	Nesting  int   // streams inside streams
	Inflate  int64 // bytes of nested constants decoded in all
	Facts    int   // facts kept of one kind; further ones are Incomplete
	Memory   int64 // bytes held at once, with the streams inside
}

// Run executes one stream from the cursor's place. The cursor is left behind STOP, or
// where the stream broke. Facts that come before an error are kept, since a load would
// have done them.
func Run(ctx context.Context, cur *binary.Cursor, opts Options) *Result {
	m := newMachine(ctx, cur, opts)
	before := *m.room
	m.run()
	m.finish()
	*m.room = before
	if !opts.framed && m.crossed() {
		m.readFramed(opts)
	}
	return m.res
}

// Result is what one stream does.
type Result struct {
	Start, End int64 // offsets of the first opcode and behind the last one read
	Protocol   int   // the last PROTO, else 0
	Opcodes    int64
	Stopped    bool // STOP was reached
	// Malformed is why the stream broke, at BrokenAt; empty where it did not. A stream
	// that neither stopped nor broke was given up: a budget is spent.
	Malformed string
	BrokenAt  int64
	// Incomplete are the budgets that were spent.
	Incomplete []gate.Incomplete

	Imports    []Import       // one for each global
	Calls      []Call         // one for each listed callee; each one that is not safe
	Builds     []Build        // changes to what may not be changed
	Arguments  []Argument     // arguments that a listed callable is never given
	Extensions []Extension    // uses of the extension registry
	Persistent []PersistentID // ids that the loader resolves
	Tensors    []Tensor       // in order of their rebuilding
	Nested     []Nested       // constants that are pickles or archives themselves
	Embedded   []Embedded     // constants that a listed call loads as a file
	Code       []Code         // makers of code objects
	Frames     []Frame        // frames that readers disagree on
	Unusual    []Noncanonical // forms that no pickler writes
	Arrays     []Array        // raw arrays of the joblib dialect
	Siblings   []Sibling      // files beside this one that a load opens

	Grammar     Grammar
	WeightsOnly WeightsOnly
	// Top is the value that the stream yields.
	Top Value

	imports    map[[2]string]int
	calls      map[callKey]int
	persistent map[string]int
	others     map[string]bool
	cut        bool // the input ended first
	memoized   bool // the memo was used
}

// Class is how far a global, a call or a change is known.
type Class string

// The classes. For an import only Safe, Dangerous and Unknown occur.
//
//   - Safe: listed for this use.
//   - Dangerous: listed as harmful, or an attribute walk (a dotted name), or a name that
//     the stream computes.
//   - Unknown: in no list. A call is Unknown where an unlisted callable is called by
//     REDUCE, INST or OBJ, or a listed one in a way it is not listed for.
//   - Constructed: an unlisted class is made by NEWOBJ, NEWOBJ_EX or
//     copyreg._reconstructor, which runs its __new__ and __setstate__ but not __init__.
//   - Computed: what is called, or changed, is the result of a call, a persistent id or
//     another value that no name stands for.
//   - Module: what is changed is a global itself, a function, class or module of the
//     process.
//   - Mistyped: what is changed does not take such a change, such as an item set on a
//     tensor.
const (
	Safe        Class = "safe"
	Dangerous   Class = "dangerous"
	Unknown     Class = "unknown"
	Constructed Class = "constructed"
	Computed    Class = "computed"
	Module      Class = "global"
	Mistyped    Class = "mistyped"
)

// Import is the data of pickle.import: a global that the stream looks up, whether it is
// used or not, since looking it up runs its module.
type Import struct {
	Module string `json:"module"` // as Python 3 imports it
	Name   string `json:"name"`
	// Written is the name as the stream has it where that differs: Python 2 names are
	// mapped while the protocol is below 3.
	Written string `json:"written,omitempty"`
	Mapped  bool   `json:"mapped"`
	Class   Class  `json:"class"`
	Harm    string `json:"harm,omitempty"` // of a dangerous one: exec, process, import, indirect, nested, file, net, native, dos
	Count   int64  `json:"count"`
	Offset  int64  `json:"offset"`
}

// Call is the data of pickle.call: a call in readable pseudo-Python. Safe calls are
// stated once for each callee, with their count.
type Call struct {
	Text   string `json:"text"`
	Callee string `json:"callee"`
	Opcode string `json:"opcode"`
	Class  Class  `json:"class"`
	Count  int64  `json:"count"`
	Offset int64  `json:"offset"`
}

// Build is the data of pickle.build: BUILD, SETITEM(S), APPEND(S) or ADDITEMS on
// something that no pickler changes so. Class is Module, Computed or Mistyped.
type Build struct {
	Text   string `json:"text"`
	Target string `json:"target"`
	Opcode string `json:"opcode"`
	Class  Class  `json:"class"`
	Offset int64  `json:"offset"`
}

// Argument is the data of pickle.argument: a listed callable gets an argument of a type
// that its own pickling never gives it, or a global that is not listed.
type Argument struct {
	Callee string `json:"callee"`
	Want   string `json:"want"`
	Got    string `json:"got"`
	Text   string `json:"text"`
	Offset int64  `json:"offset"`
}

// Extension is the data of pickle.extension: a code of the copyreg registry.
type Extension struct {
	Code   int64  `json:"code"`
	Opcode string `json:"opcode"`
	Offset int64  `json:"offset"`
}

// PersistentID is the data of pickle.persistent-id. Class is "storage" for torch's
// tuple ("storage", class, key, location, numel), "module" for the source that old
// torch kept beside a class, "number" for the key of a tensor, else "unknown". Problem says why a storage is not one
// that torch writes.
type PersistentID struct {
	Text     string `json:"text"`
	Class    string `json:"class"`
	Type     string `json:"type,omitempty"` // the storage class, such as torch.FloatStorage
	Key      string `json:"key,omitempty"`
	Device   string `json:"location,omitempty"`
	Numel    int64  `json:"numel,omitempty"`
	Itemsize int64  `json:"itemsize,omitempty"` // 1 for an untyped storage, whose numel counts bytes; 0 unknown
	Problem  string `json:"problem,omitempty"`
	Offset   int64  `json:"offset"`
}

// Tensor is a call that rebuilds a tensor over a storage.
type Tensor struct {
	Storage      string // key of the storage; empty where it is no typed storage
	StorageNumel int64  // elements of the storage by its own itemsize
	StorageItem  int64  // bytes of an element of the storage
	Offset       int64  // in elements of the tensor
	Size, Stride []int64
	Itemsize     int64 // bytes of an element of the tensor
	Problem      string
	At           int64
}

// Nested is the data of pickle.nested: a constant that is itself a pickle with an
// import inside, or an archive. Inert says that nothing in the stream loads it.
type Nested struct {
	Encoding string   `json:"encoding"` // raw, zlib, gzip, bz2, base64, hex
	Content  string   `json:"content"`  // pickle, zip
	Class    Class    `json:"class"`    // the worst of what is inside
	Imports  []string `json:"imports,omitempty"`
	Size     int64    `json:"size"`
	Offset   int64    `json:"offset"`
}

// Embedded is a constant that a listed call (torch.storage._load_from_bytes) loads as a
// file of its own. Data is set where the bytes had to be decoded, else they stand at
// Offset.
type Embedded struct {
	Offset, Size int64
	Data         []byte
}

// Code is the data of pickle.code: code objects are made from bytes.
type Code struct {
	Maker  string `json:"maker"`
	Offset int64  `json:"offset"`
}

// Frame is the data of pickle.frame: a FRAME that unpicklers read differently.
type Frame struct {
	Problem string `json:"problem"` // crossing, nested, too-long
	Length  int64  `json:"length"`
	Offset  int64  `json:"offset"`
}

// Noncanonical is the data of pickle.noncanonical: a form that no pickler writes. Class
// "splice" is a hole in the memo that another stream was moved across.
type Noncanonical struct {
	Form   string `json:"form"`
	Offset int64  `json:"offset"`
}

// Trailing is the data of pickle.trailing: bytes outside all streams of a file.
type Trailing struct {
	Where   string `json:"where"`   // before, between, behind
	Content string `json:"content"` // zeros, text, unknown, or the format that it looks like
	Size    int64  `json:"size"`
	Offset  int64  `json:"offset"`
}

// Array is a raw array of the joblib dialect.
type Array struct {
	Offset, Size int64
	DType        string
}

// Sibling is the data of joblib.external: a file beside this one that joblib loads with
// numpy.load, pickles allowed.
type Sibling struct {
	Filename string `json:"filename"`
	Offset   int64  `json:"offset"`
}

// Grammar says whether every opcode is one that a pickler writes and every call has the
// arguments that its signature asks for. It is the only ground for gate.Verified.
type Grammar struct {
	OK     bool
	Reason string
	Offset int64
}

// WeightsOnly is the data of torch.weights-only: whether torch's restricted unpickler
// would take the stream.
type WeightsOnly struct {
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"`
}

// Value is a value as far as a caller needs it.
type Value struct {
	Kind  string  // none bool int float str bytes bytearray list tuple dict set frozenset global instance persid buffer unknown
	Text  string  // pseudo-Python, capped; empty for items
	Str   string  // of str and bytes the head, of an int that does not fit its digits
	Int   int64   // of an int that fits, and of a bool
	Items []Value // of a list or tuple, and of those in it
	Len   int64   // of containers, str and bytes
}
