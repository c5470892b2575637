package pysyntax

// kind is the kind of a token.
type kind uint8

const (
	kEOF kind = iota
	kNewline
	kIndent
	kDedent
	kError // a character that no token starts with
	kNumber
	kString
	kFStart // prefix and quotes of an f-string; up to its kFEnd follow its parts
	kFText  // a literal piece
	kFOpen  // {
	kFConv  // ! and the letter behind it
	kFSpec  // : before a format
	kFClose // }
	kFEnd
	kName

	// Words that are names unless the context says otherwise.
	kMatch
	kCase
	kType
	kPrint
	kExec
	kAsync
	kAwait
	kNonlocal

	// Keywords.
	kNone
	kTrue
	kFalse
	kAnd
	kAs
	kAssert
	kBreak
	kClass
	kContinue
	kDef
	kDel
	kElif
	kElse
	kExcept
	kFinally
	kFor
	kFrom
	kGlobal
	kIf
	kImport
	kIn
	kIs
	kLambda
	kNot
	kOr
	kPass
	kRaise
	kReturn
	kTry
	kWhile
	kWith
	kYield

	// Punctuation.
	kLParen
	kRParen
	kLBracket
	kRBracket
	kLBrace
	kRBrace
	kComma
	kColon
	kSemicolon
	kDot
	kEllipsis
	kArrow
	kAssign
	kWalrus
	kBackquote
	kAug // an operator with =
	kLt
	kGt
	kLtE
	kGtE
	kEqEq
	kNotEq
	kBar
	kCaret
	kAmp
	kLShift
	kRShift
	kPlus
	kMinus
	kStar
	kAt
	kSlash
	kDoubleSlash
	kPercent
	kDoubleStar
	kTilde
	kinds
)

// token is a token with its place. op is the operator of a kAug.
type token struct {
	kind       kind
	op         Op
	start, end uint32
}

// word is the kind of an identifier.
func word(s string) kind {
	switch s {
	case "None":
		return kNone
	case "True":
		return kTrue
	case "False":
		return kFalse
	case "and":
		return kAnd
	case "as":
		return kAs
	case "assert":
		return kAssert
	case "async":
		return kAsync
	case "await":
		return kAwait
	case "break":
		return kBreak
	case "case":
		return kCase
	case "class":
		return kClass
	case "continue":
		return kContinue
	case "def":
		return kDef
	case "del":
		return kDel
	case "elif":
		return kElif
	case "else":
		return kElse
	case "except":
		return kExcept
	case "exec":
		return kExec
	case "finally":
		return kFinally
	case "for":
		return kFor
	case "from":
		return kFrom
	case "global":
		return kGlobal
	case "if":
		return kIf
	case "import":
		return kImport
	case "in":
		return kIn
	case "is":
		return kIs
	case "lambda":
		return kLambda
	case "match":
		return kMatch
	case "nonlocal":
		return kNonlocal
	case "not":
		return kNot
	case "or":
		return kOr
	case "pass":
		return kPass
	case "print":
		return kPrint
	case "raise":
		return kRaise
	case "return":
		return kReturn
	case "try":
		return kTry
	case "type":
		return kType
	case "while":
		return kWhile
	case "with":
		return kWith
	case "yield":
		return kYield
	}
	return kName
}

func (k kind) isName() bool { return k >= kName && k <= kNonlocal }

// isWord tells that a token is an identifier or a keyword.
func (k kind) isWord() bool { return k >= kName && k <= kYield }

// statementOnly tells that a line inside brackets, if it starts with this word, shows
// that a bracket is missing, since no expression contains it.
func (k kind) statementOnly() bool {
	switch k {
	case kDef, kClass, kImport, kReturn, kWith, kWhile, kTry, kRaise, kAssert, kDel, kPass,
		kGlobal, kExcept, kFinally, kElif, kBreak, kContinue:
		return true
	}
	return false
}

// startsOperand tells that an expression can start with the token, where an operator
// would be one of two operands.
func (k kind) startsOperand() bool {
	switch k {
	case kNumber, kString, kFStart, kNone, kTrue, kFalse, kLambda, kNot, kLParen, kLBracket,
		kLBrace, kEllipsis, kBackquote, kTilde:
		return true
	}
	return k.isName()
}

// startsExpr tells that an element of a list of expressions can start with the token.
func (k kind) startsExpr() bool {
	switch k {
	case kPlus, kMinus, kStar, kDoubleStar, kYield:
		return true
	}
	return k.startsOperand()
}

// binary has the precedence and the operator of the infix operators, from loose to
// tight. Comparisons are in one level.
var binary = [kinds]struct {
	prec uint8
	op   Op
}{
	kOr: {precOr, Or}, kAnd: {precAnd, And},
	kIn: {precCompare, In}, kIs: {precCompare, Is}, kNot: {precCompare, NotIn},
	kLt: {precCompare, Lt}, kGt: {precCompare, Gt}, kLtE: {precCompare, LtE},
	kGtE: {precCompare, GtE}, kEqEq: {precCompare, Eq}, kNotEq: {precCompare, NotEq},
	kBar: {precBar, BitOr}, kCaret: {precCaret, BitXor}, kAmp: {precAmp, BitAnd},
	kLShift: {precShift, LShift}, kRShift: {precShift, RShift},
	kPlus: {precSum, Add}, kMinus: {precSum, Sub},
	kStar: {precTerm, Mult}, kAt: {precTerm, MatMult}, kSlash: {precTerm, Div},
	kDoubleSlash: {precTerm, FloorDiv}, kPercent: {precTerm, Mod},
}

const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precBar
	precCaret
	precAmp
	precShift
	precSum
	precTerm
)
