package pysyntax

// Node is a part of the tree. Offsets count bytes of the source; the bytes of a node
// are [start, end), and those of its children lie within them. An expression in
// parentheses does not include them, except a tuple and a generator.
type Node interface {
	// Range is where the node stands in the source.
	Range() (start, end int)
}

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

// Stmt is a statement.
type Stmt interface {
	Node
	stmt()
}

// Span is where a node stands in the source.
type Span struct{ Start, End uint32 }

// Range implements Node.
func (s Span) Range() (start, end int) { return int(s.Start), int(s.End) }

// Module is a parsed file.
type Module struct {
	Span
	// Source is the text; nodes share its memory.
	Source string
	Body   []Stmt
	// Errors says where the text is no Python and the parser went on as best it could,
	// in ascending order of offsets. It is empty for a file that parsed as it stands, and
	// holds at most a few hundred.
	Errors []Error
}

// Error is a place at which the text could not be parsed.
type Error struct {
	Offset  uint32
	Message string
}

// The expressions.
type (
	// Name is an identifier, in the form (NFKC) in which Python compares it.
	Name struct {
		Span
		ID string
	}
	// Attribute is Value.Attr.
	Attribute struct {
		Span
		Value     Expr
		Attr      string
		AttrStart uint32
	}
	// Call is Func(Args, Keywords). Args are the positional arguments with the
	// Starred ones; Keywords has an empty name for **mapping. Both are in order.
	Call struct {
		Span
		Func     Expr
		Args     []Expr
		Keywords []Keyword
	}
	// Str is a string or bytes constant, or a literal piece of an f-string. Raw is its
	// text as written, which spans several tokens where adjacent strings are joined.
	Str struct {
		Span
		Raw   string
		Bytes bool
		mode  strMode
	}
	// JoinedStr is an f-string, or with Template a t-string: Values are *Str and
	// *FormattedValue. Adjacent strings, of which one at least is such, are one.
	JoinedStr struct {
		Span
		Values   []Expr
		Template bool
	}
	// FormattedValue is a {field} of an f-string. Conversion is 'r', 's', 'a' or 0;
	// Format are the *Str and *FormattedValue after the colon.
	FormattedValue struct {
		Span
		Value      Expr
		Conversion byte
		Format     []Expr
	}
	// Number is a number as written.
	Number struct {
		Span
		Raw string
	}
	// Constant is None, True, False or "...".
	Constant struct {
		Span
		Kind ConstantKind
	}
	// List is [Elts].
	List struct {
		Span
		Elts []Expr
	}
	// Tuple is a tuple with its parentheses, if it has any.
	Tuple struct {
		Span
		Elts []Expr
	}
	// Set is {Elts}.
	Set struct {
		Span
		Elts []Expr
	}
	// Dict is {Items}.
	Dict struct {
		Span
		Items []DictItem
	}
	// Comp is a comprehension or a generator; Value is set for a dict only.
	Comp struct {
		Span
		Kind       CompKind
		Elt, Value Expr
		Generators []Generator
	}
	// Lambda is lambda Params: Body.
	Lambda struct {
		Span
		Params []Param
		Body   Expr
	}
	// Subscript is Value[Index]; Index is a Slice, or a Tuple where there are several.
	Subscript struct {
		Span
		Value, Index Expr
	}
	// Slice is Lower:Upper:Step; each may be nil.
	Slice struct {
		Span
		Lower, Upper, Step Expr
	}
	// BinOp is Left Op Right.
	BinOp struct {
		Span
		Left, Right Expr
		Op          Op
	}
	// BoolOp is Values joined by And or Or.
	BoolOp struct {
		Span
		Op     Op
		Values []Expr
	}
	// Compare is Left Ops[0] Comparators[0] Ops[1] ...
	Compare struct {
		Span
		Left        Expr
		Ops         []Op
		Comparators []Expr
	}
	// UnaryOp is Op Operand: Not, Sub, Add or Invert.
	UnaryOp struct {
		Span
		Op      Op
		Operand Expr
	}
	// IfExp is Body if Test else Else. Else is nil only in broken text.
	IfExp struct {
		Span
		Test, Body, Else Expr
	}
	// Starred is *Value.
	Starred struct {
		Span
		Value Expr
	}
	// Await is await Value.
	Await struct {
		Span
		Value Expr
	}
	// Yield is yield Value or yield from Value; Value may be nil.
	Yield struct {
		Span
		Value Expr
		From  bool
	}
	// NamedExpr is Target := Value.
	NamedExpr struct {
		Span
		Target, Value Expr
	}
	// Repr is `Value` of Python 2.
	Repr struct {
		Span
		Value Expr
	}
	// Bad holds what could be read of an expression that is broken or nested too
	// deeply. Parts may be empty.
	Bad struct {
		Span
		Parts []Expr
	}
)

// The statements.
type (
	// FunctionDef is [async] def Name[TypeParams](Params) -> Returns: Body. It starts
	// at its first decorator.
	FunctionDef struct {
		Span
		Name       string
		NameStart  uint32
		Decorators []Expr
		TypeParams []TypeParam
		Params     []Param
		Returns    Expr
		Body       []Stmt
		Async      bool
	}
	// ClassDef is class Name[TypeParams](Args, Keywords): Body. It starts at its first
	// decorator.
	ClassDef struct {
		Span
		Name       string
		NameStart  uint32
		Decorators []Expr
		TypeParams []TypeParam
		Args       []Expr
		Keywords   []Keyword
		Body       []Stmt
	}
	// If has a clause for the if and for each elif.
	If struct {
		Span
		Clauses []IfClause
		Else    []Stmt
	}
	// For is [async] for Target in Iter: Body else: Else.
	For struct {
		Span
		Target, Iter Expr
		Body, Else   []Stmt
		Async        bool
	}
	// While is while Test: Body else: Else.
	While struct {
		Span
		Test       Expr
		Body, Else []Stmt
	}
	// With is [async] with Items: Body.
	With struct {
		Span
		Items []WithItem
		Body  []Stmt
		Async bool
	}
	// Try is try: Body, its handlers, else: Else, finally: Finally.
	Try struct {
		Span
		Body          []Stmt
		Handlers      []ExceptHandler
		Else, Finally []Stmt
	}
	// Match is match Subject: Cases.
	Match struct {
		Span
		Subject Expr
		Cases   []MatchCase
	}
	// Assign is Targets[0] = Targets[1] = ... = Value.
	Assign struct {
		Span
		Targets []Expr
		Value   Expr
	}
	// AugAssign is Target Op= Value.
	AugAssign struct {
		Span
		Target, Value Expr
		Op            Op
	}
	// AnnAssign is Target: Annotation = Value; Value may be nil.
	AnnAssign struct {
		Span
		Target, Annotation, Value Expr
	}
	// TypeAlias is type Name[TypeParams] = Value.
	TypeAlias struct {
		Span
		Name       string
		TypeParams []TypeParam
		Value      Expr
	}
	// Return is return Value; Value may be nil.
	Return struct {
		Span
		Value Expr
	}
	// Import is import Names.
	Import struct {
		Span
		Names []Alias
	}
	// ImportFrom is from Module import Names, with Level dots before Module. The name
	// of a star import is "*".
	ImportFrom struct {
		Span
		Module string
		Level  int
		Names  []Alias
	}
	// ExprStmt is an expression as a statement.
	ExprStmt struct {
		Span
		Value Expr
	}
	// Delete is del Targets.
	Delete struct {
		Span
		Targets []Expr
	}
	// Global is global Names or nonlocal Names.
	Global struct {
		Span
		Names    []string
		Nonlocal bool
	}
	// Raise is raise Exc from Cause; both may be nil. Python 2's further operands are
	// Args.
	Raise struct {
		Span
		Exc, Cause Expr
		Args       []Expr
	}
	// Assert is assert Test, Msg; Msg may be nil.
	Assert struct {
		Span
		Test, Msg Expr
	}
	// Print is Python 2's print >>Dest, Values; Dest may be nil.
	Print struct {
		Span
		Dest   Expr
		Values []Expr
	}
	// Exec is Python 2's exec Code in Globals, Locals; the latter two may be nil.
	Exec struct {
		Span
		Code, Globals, Locals Expr
	}
	// Simple is pass, break or continue.
	Simple struct {
		Span
		Kind SimpleKind
	}
)

// The parts of expressions and statements that are neither.
type (
	// Keyword is Name=Value in a call, or **Value where the name is empty.
	Keyword struct {
		Span
		Name  string
		Value Expr
	}
	// DictItem is Key: Value, or **Value where the key is nil.
	DictItem struct {
		Span
		Key, Value Expr
	}
	// Generator is [async] for Target in Iter if Ifs.
	Generator struct {
		Span
		Target, Iter Expr
		Ifs          []Expr
		Async        bool
	}
	// Param is a parameter. Tuple is set, and the name empty, for Python 2's tuple
	// parameters. The bare * and / are not listed: the kinds tell.
	Param struct {
		Span
		Name                string
		Kind                ParamKind
		Annotation, Default Expr
		Tuple               Expr
	}
	// TypeParam is T, *Ts or **P of a generic definition.
	TypeParam struct {
		Span
		Name           string
		Bound, Default Expr
	}
	// IfClause is if Test: Body or elif Test: Body.
	IfClause struct {
		Span
		Test Expr
		Body []Stmt
	}
	// WithItem is Context as Vars; Vars may be nil.
	WithItem struct {
		Span
		Context, Vars Expr
	}
	// ExceptHandler is except[*] Type as Target: Body; Type and Target may be nil.
	ExceptHandler struct {
		Span
		Type, Target Expr
		Body         []Stmt
		Star         bool
	}
	// Alias is Name as AsName of an import; AsName may be empty.
	Alias struct {
		Span
		Name, AsName string
	}
	// MatchCase is case Pattern if Guard: Body; Guard may be nil.
	MatchCase struct {
		Span
		Pattern *Pattern
		Guard   Expr
		Body    []Stmt
	}
	// Pattern is a pattern of a case.
	Pattern struct {
		Span
		Kind PatternKind
		// Value is a literal, the dotted name of a value, or the class of a class pattern.
		Value Expr
		// Name is what the pattern binds: a capture, the name after "as", *rest or **rest.
		// It is empty where nothing is bound.
		Name string
		// Patterns are those of a sequence, alternatives, the values of a mapping, the
		// arguments of a class, or the one before "as".
		Patterns []*Pattern
		// Keys are the keys of a mapping, one for each of Patterns.
		Keys []Expr
		// Names are the keywords of a class pattern, for the last of Patterns.
		Names []string
	}
)

// ConstantKind tells the constants that are keywords.
type ConstantKind uint8

// The constants.
const (
	None ConstantKind = iota
	True
	False
	Ellipsis
)

// CompKind tells comprehensions apart.
type CompKind uint8

// The comprehensions.
const (
	GeneratorComp CompKind = iota
	ListComp
	SetComp
	DictComp
)

// SimpleKind tells the statements of one word.
type SimpleKind uint8

// The statements of one word.
const (
	Pass SimpleKind = iota
	Break
	Continue
)

// ParamKind tells how a parameter takes its argument.
type ParamKind uint8

// The kinds of parameters.
const (
	PositionalOrKeyword ParamKind = iota
	PositionalOnly
	VarPositional // *args
	KeywordOnly
	VarKeyword // **kwargs
)

// PatternKind tells patterns apart.
type PatternKind uint8

// The kinds of patterns. MatchCapture without a name is the wildcard.
const (
	MatchCapture PatternKind = iota
	MatchValue
	MatchSequence
	MatchMapping
	MatchClass
	MatchOr
	MatchAs
	MatchStar
)

// Op is an operator.
type Op uint8

// The operators.
const (
	NoOp Op = iota
	Or
	And
	Not
	In
	NotIn
	Is
	IsNot
	Lt
	Gt
	LtE
	GtE
	Eq
	NotEq
	BitOr
	BitXor
	BitAnd
	LShift
	RShift
	Add
	Sub
	Mult
	MatMult
	Div
	FloorDiv
	Mod
	Pow
	Invert
)

var opNames = [...]string{"", "or", "and", "not", "in", "not in", "is", "is not", "<", ">",
	"<=", ">=", "==", "!=", "|", "^", "&", "<<", ">>", "+", "-", "*", "@", "/", "//", "%", "**", "~"}

// String is the operator as Python writes it.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return ""
}

// Dotted is the dotted name of an expression made of a Name and Attributes only, and
// "" for any other.
func Dotted(e Expr) string {
	switch e := e.(type) {
	case *Name:
		return e.ID
	case *Attribute:
		if v := Dotted(e.Value); v != "" {
			return v + "." + e.Attr
		}
	}
	return ""
}

func (*Name) expr()           {}
func (*Attribute) expr()      {}
func (*Call) expr()           {}
func (*Str) expr()            {}
func (*JoinedStr) expr()      {}
func (*FormattedValue) expr() {}
func (*Number) expr()         {}
func (*Constant) expr()       {}
func (*List) expr()           {}
func (*Tuple) expr()          {}
func (*Set) expr()            {}
func (*Dict) expr()           {}
func (*Comp) expr()           {}
func (*Lambda) expr()         {}
func (*Subscript) expr()      {}
func (*Slice) expr()          {}
func (*BinOp) expr()          {}
func (*BoolOp) expr()         {}
func (*Compare) expr()        {}
func (*UnaryOp) expr()        {}
func (*IfExp) expr()          {}
func (*Starred) expr()        {}
func (*Await) expr()          {}
func (*Yield) expr()          {}
func (*NamedExpr) expr()      {}
func (*Repr) expr()           {}
func (*Bad) expr()            {}

func (*FunctionDef) stmt() {}
func (*ClassDef) stmt()    {}
func (*If) stmt()          {}
func (*For) stmt()         {}
func (*While) stmt()       {}
func (*With) stmt()        {}
func (*Try) stmt()         {}
func (*Match) stmt()       {}
func (*Assign) stmt()      {}
func (*AugAssign) stmt()   {}
func (*AnnAssign) stmt()   {}
func (*TypeAlias) stmt()   {}
func (*Return) stmt()      {}
func (*Import) stmt()      {}
func (*ImportFrom) stmt()  {}
func (*ExprStmt) stmt()    {}
func (*Delete) stmt()      {}
func (*Global) stmt()      {}
func (*Raise) stmt()       {}
func (*Assert) stmt()      {}
func (*Print) stmt()       {}
func (*Exec) stmt()        {}
func (*Simple) stmt()      {}
