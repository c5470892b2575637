package pysyntax

// Inspect calls f for n and, where f returns true, for what lies below it, in the order
// of the source but for decorators and comprehensions, whose parts are visited in the
// order of their fields. Besides expressions and statements f gets the parts: *Keyword,
// *DictItem, *Generator, *Param, *TypeParam, *IfClause, *WithItem, *ExceptHandler,
// *Alias, *MatchCase and *Pattern.
func Inspect(n Node, f func(Node) bool) {
	var visit func(Node)
	visit = func(n Node) {
		if f(n) {
			Children(n, visit)
		}
	}
	visit(n)
}

// Children calls f for each child of a node.
func Children(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Module:
		each(n.Body, f)
	case Stmt:
		stmtChildren(n, f)
	case Expr:
		exprChildren(n, f)
	default:
		partChildren(n, f)
	}
}

func exprChildren(n Expr, f func(Node)) {
	switch n := n.(type) {
	case *Attribute:
		some(f, n.Value)
	case *Call:
		some(f, n.Func)
		each(n.Args, f)
		parts(n.Keywords, f)
	case *JoinedStr:
		each(n.Values, f)
	case *FormattedValue:
		some(f, n.Value)
		each(n.Format, f)
	case *List:
		each(n.Elts, f)
	case *Tuple:
		each(n.Elts, f)
	case *Set:
		each(n.Elts, f)
	case *Dict:
		parts(n.Items, f)
	case *Comp:
		some(f, n.Elt, n.Value)
		parts(n.Generators, f)
	case *Lambda:
		parts(n.Params, f)
		some(f, n.Body)
	case *Subscript:
		some(f, n.Value, n.Index)
	case *Slice:
		some(f, n.Lower, n.Upper, n.Step)
	case *BinOp:
		some(f, n.Left, n.Right)
	case *BoolOp:
		each(n.Values, f)
	case *Compare:
		some(f, n.Left)
		each(n.Comparators, f)
	case *UnaryOp:
		some(f, n.Operand)
	case *IfExp:
		some(f, n.Body, n.Test, n.Else)
	case *Starred:
		some(f, n.Value)
	case *Await:
		some(f, n.Value)
	case *Yield:
		some(f, n.Value)
	case *NamedExpr:
		some(f, n.Target, n.Value)
	case *Repr:
		some(f, n.Value)
	case *Bad:
		each(n.Parts, f)
	}
}

func stmtChildren(n Stmt, f func(Node)) {
	switch n := n.(type) {
	case *FunctionDef:
		each(n.Decorators, f)
		parts(n.TypeParams, f)
		parts(n.Params, f)
		some(f, n.Returns)
		each(n.Body, f)
	case *ClassDef:
		each(n.Decorators, f)
		parts(n.TypeParams, f)
		each(n.Args, f)
		parts(n.Keywords, f)
		each(n.Body, f)
	case *If:
		parts(n.Clauses, f)
		each(n.Else, f)
	case *For:
		some(f, n.Target, n.Iter)
		each(n.Body, f)
		each(n.Else, f)
	case *While:
		some(f, n.Test)
		each(n.Body, f)
		each(n.Else, f)
	case *With:
		parts(n.Items, f)
		each(n.Body, f)
	case *Try:
		each(n.Body, f)
		parts(n.Handlers, f)
		each(n.Else, f)
		each(n.Finally, f)
	case *Match:
		some(f, n.Subject)
		parts(n.Cases, f)
	default:
		simpleChildren(n, f)
	}
}

func simpleChildren(n Stmt, f func(Node)) {
	switch n := n.(type) {
	case *Assign:
		each(n.Targets, f)
		some(f, n.Value)
	case *AugAssign:
		some(f, n.Target, n.Value)
	case *AnnAssign:
		some(f, n.Target, n.Annotation, n.Value)
	case *TypeAlias:
		parts(n.TypeParams, f)
		some(f, n.Value)
	case *Return:
		some(f, n.Value)
	case *Import:
		parts(n.Names, f)
	case *ImportFrom:
		parts(n.Names, f)
	case *ExprStmt:
		some(f, n.Value)
	case *Delete:
		each(n.Targets, f)
	case *Raise:
		some(f, n.Exc, n.Cause)
		each(n.Args, f)
	case *Assert:
		some(f, n.Test, n.Msg)
	case *Print:
		some(f, n.Dest)
		each(n.Values, f)
	case *Exec:
		some(f, n.Code, n.Globals, n.Locals)
	}
}

func partChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Keyword:
		some(f, n.Value)
	case *DictItem:
		some(f, n.Key, n.Value)
	case *Generator:
		some(f, n.Target, n.Iter)
		each(n.Ifs, f)
	case *Param:
		some(f, n.Tuple, n.Annotation, n.Default)
	case *TypeParam:
		some(f, n.Bound, n.Default)
	case *IfClause:
		some(f, n.Test)
		each(n.Body, f)
	case *WithItem:
		some(f, n.Context, n.Vars)
	case *ExceptHandler:
		some(f, n.Type, n.Target)
		each(n.Body, f)
	case *MatchCase:
		f(n.Pattern)
		some(f, n.Guard)
		each(n.Body, f)
	case *Pattern:
		some(f, n.Value)
		each(n.Keys, f)
		each(n.Patterns, f)
	}
}

func some(f func(Node), list ...Expr) {
	for _, e := range list {
		if e != nil {
			f(e)
		}
	}
}

func each[T Node](list []T, f func(Node)) {
	for _, n := range list {
		f(n)
	}
}

// parts visits children that are kept by value.
func parts[T any, P interface {
	*T
	Node
}](list []T, f func(Node)) {
	for i := range list {
		f(P(&list[i]))
	}
}
