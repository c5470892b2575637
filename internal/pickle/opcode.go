package pickle

// The opcodes, by their names in pickletools.
const (
	opMark           = '('
	opStop           = '.'
	opPop            = '0'
	opPopMark        = '1'
	opDup            = '2'
	opFloat          = 'F'
	opInt            = 'I'
	opBinInt         = 'J'
	opBinInt1        = 'K'
	opLong           = 'L'
	opBinInt2        = 'M'
	opNone           = 'N'
	opPersID         = 'P'
	opBinPersID      = 'Q'
	opReduce         = 'R'
	opString         = 'S'
	opBinString      = 'T'
	opShortBinString = 'U'
	opUnicode        = 'V'
	opBinUnicode     = 'X'
	opAppend         = 'a'
	opBuild          = 'b'
	opGlobal         = 'c'
	opDict           = 'd'
	opEmptyDict      = '}'
	opAppends        = 'e'
	opGet            = 'g'
	opBinGet         = 'h'
	opInst           = 'i'
	opLongBinGet     = 'j'
	opList           = 'l'
	opEmptyList      = ']'
	opObj            = 'o'
	opPut            = 'p'
	opBinPut         = 'q'
	opLongBinPut     = 'r'
	opSetItem        = 's'
	opTuple          = 't'
	opEmptyTuple     = ')'
	opSetItems       = 'u'
	opBinFloat       = 'G'

	opProto    = 0x80
	opNewObj   = 0x81
	opExt1     = 0x82
	opExt2     = 0x83
	opExt4     = 0x84
	opTuple1   = 0x85
	opTuple2   = 0x86
	opTuple3   = 0x87
	opNewTrue  = 0x88
	opNewFalse = 0x89
	opLong1    = 0x8a
	opLong4    = 0x8b

	opBinBytes      = 'B'
	opShortBinBytes = 'C'

	opShortBinUnicode = 0x8c
	opBinUnicode8     = 0x8d
	opBinBytes8       = 0x8e
	opEmptySet        = 0x8f
	opAddItems        = 0x90
	opFrozenSet       = 0x91
	opNewObjEx        = 0x92
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95
	opByteArray8      = 0x96
	opNextBuffer      = 0x97
	opReadonlyBuffer  = 0x98
)

// opcodes names each opcode; an empty name is no opcode. weightsOnly marks those that
// torch's restricted unpickler knows.
var opcodes = [256]struct {
	name        string
	weightsOnly bool
}{
	opMark: {"MARK", true}, opStop: {"STOP", true}, opPop: {"POP", false},
	opPopMark: {"POP_MARK", false}, opDup: {"DUP", false}, opFloat: {"FLOAT", false},
	opInt: {"INT", false}, opBinInt: {"BININT", true}, opBinInt1: {"BININT1", true},
	opLong: {"LONG", false}, opBinInt2: {"BININT2", true}, opNone: {"NONE", true},
	opPersID: {"PERSID", false}, opBinPersID: {"BINPERSID", true}, opReduce: {"REDUCE", true},
	opString: {"STRING", false}, opBinString: {"BINSTRING", false},
	opShortBinString: {"SHORT_BINSTRING", true}, opUnicode: {"UNICODE", false},
	opBinUnicode: {"BINUNICODE", true}, opAppend: {"APPEND", true}, opBuild: {"BUILD", true},
	opGlobal: {"GLOBAL", true}, opDict: {"DICT", false}, opEmptyDict: {"EMPTY_DICT", true},
	opAppends: {"APPENDS", true}, opGet: {"GET", false}, opBinGet: {"BINGET", true},
	opInst: {"INST", false}, opLongBinGet: {"LONG_BINGET", true}, opList: {"LIST", false},
	opEmptyList: {"EMPTY_LIST", true}, opObj: {"OBJ", false}, opPut: {"PUT", false},
	opBinPut: {"BINPUT", true}, opLongBinPut: {"LONG_BINPUT", true},
	opSetItem: {"SETITEM", true}, opTuple: {"TUPLE", true}, opEmptyTuple: {"EMPTY_TUPLE", true},
	opSetItems: {"SETITEMS", true}, opBinFloat: {"BINFLOAT", true}, opProto: {"PROTO", true},
	opNewObj: {"NEWOBJ", true}, opExt1: {"EXT1", false}, opExt2: {"EXT2", false},
	opExt4: {"EXT4", false}, opTuple1: {"TUPLE1", true}, opTuple2: {"TUPLE2", true},
	opTuple3: {"TUPLE3", true}, opNewTrue: {"NEWTRUE", true}, opNewFalse: {"NEWFALSE", true},
	opLong1: {"LONG1", true}, opLong4: {"LONG4", false}, opBinBytes: {"BINBYTES", false},
	opShortBinBytes: {"SHORT_BINBYTES", false}, opShortBinUnicode: {"SHORT_BINUNICODE", false},
	opBinUnicode8: {"BINUNICODE8", false}, opBinBytes8: {"BINBYTES8", false},
	opEmptySet: {"EMPTY_SET", true}, opAddItems: {"ADDITEMS", false},
	opFrozenSet: {"FROZENSET", false}, opNewObjEx: {"NEWOBJ_EX", false},
	opStackGlobal: {"STACK_GLOBAL", false}, opMemoize: {"MEMOIZE", false},
	opFrame: {"FRAME", false}, opByteArray8: {"BYTEARRAY8", false},
	opNextBuffer: {"NEXT_BUFFER", false}, opReadonlyBuffer: {"READONLY_BUFFER", false},
}
