package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/splice"
)

// maxAlternatives bounds the values that one word may have.
const maxAlternatives = 16

// unknown is the byte that stands in a value for what only running the script tells.
const unknown = "\x00"

// value is one value of a word, with where its bytes stand in the script.
type value struct {
	splice.Text
	how      gate.Resolution
	variable string // a variable whose value is not known, where that is all of the word
}

func (v value) known() bool { return !strings.Contains(v.S, unknown) }

// variable is what a name of the script holds: alternatives, or the elements of an array.
type variable struct {
	values []value
	array  []value
}

// worst is the less certain of two resolutions.
func worst(a, b gate.Resolution) gate.Resolution {
	rank := map[gate.Resolution]int{gate.Literal: 0, gate.Resolved: 1, gate.Alternative: 2, gate.Dynamic: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// word evaluates a word to its alternatives: at least one.
func (w *walker) word(word *syntax.Word) []value {
	if word == nil {
		return []value{{how: gate.Literal}}
	}
	return w.parts(word.Parts, false)
}

func (w *walker) parts(parts []syntax.WordPart, quoted bool) []value {
	out := []value{{how: gate.Literal}}
	var one splice.Builder // as long as each part has one value
	for _, p := range parts {
		next := w.part(p, quoted)
		if len(parts) == 1 {
			return next
		}
		if len(out) == 1 && len(next) == 1 {
			w.append(&one, &out[0], next[0])
			continue
		}
		out = w.join(out, next, one.Text())
		one = splice.Builder{}
	}
	if len(out) == 1 && one.Len() > 0 {
		out[0].Text = one.Text()
	}
	for i := range out {
		out[i].variable = ""
	}
	return out
}

// maxCopied bounds the bytes that are copied to put values together, since a script may
// double a variable again and again.
const maxCopied = 8 << 20

// append adds a part to a value that is being built.
func (w *walker) append(b *splice.Builder, v *value, part value) {
	if b.Len() == 0 && v.S != "" {
		b.Append(v.Text)
	}
	if w.copied += len(part.S); w.copied > maxCopied {
		w.cut("bytes", maxCopied)
		part = w.hidden(part.Map.Outer(0), "")
	}
	b.Append(part.Text)
	v.how = worst(v.how, part.how)
}

// join puts the alternatives of what stands before a part and those of the part together.
func (w *walker) join(before, part []value, built splice.Text) []value {
	if len(before) == 1 && built.S != "" {
		before[0].Text = built
	}
	var out []value
	for _, a := range before {
		for _, b := range part {
			if w.copied += len(a.S) + len(b.S); len(out) >= maxAlternatives || w.copied > maxCopied {
				w.cut("entries", maxAlternatives)
				return append(out, w.hidden(b.Map.Outer(0), ""))
			}
			var t splice.Builder
			t.Append(a.Text)
			t.Append(b.Text)
			out = append(out, value{Text: t.Text(), how: worst(a.how, b.how)})
		}
	}
	return out
}

func (w *walker) part(p syntax.WordPart, quoted bool) []value {
	switch p := p.(type) {
	case *syntax.Lit:
		return []value{w.literal(p, quoted)}
	case *syntax.SglQuoted:
		at := int(p.Left.Offset()) + 1
		if p.Dollar {
			at++
		}
		return []value{{Text: splice.Plain(p.Value, at), how: gate.Literal}}
	case *syntax.DblQuoted:
		if len(p.Parts) == 0 {
			return []value{{Text: splice.Plain("", int(p.Left.Offset())+1), how: gate.Literal}}
		}
		return w.parts(p.Parts, true)
	case *syntax.ParamExp:
		return w.param(p)
	case *syntax.CmdSubst:
		return []value{w.substituted(p)}
	case *syntax.ProcSubst:
		w.nested(p.Stmts, "")
	}
	return []value{w.hidden(int(p.Pos().Offset()), "")}
}

// hidden is a value that is not known.
func (w *walker) hidden(at int, name string) value {
	var b splice.Builder
	b.Fixed(unknown, at)
	return value{Text: b.Text(), how: gate.Dynamic, variable: name}
}

// literal removes the escapes of a literal; template expressions in it are not known.
func (w *walker) literal(lit *syntax.Lit, quoted bool) value {
	start, end := int(lit.Pos().Offset()), int(lit.End().Offset())
	if start > end || end > len(w.text) {
		return value{Text: splice.Plain(lit.Value, start), how: gate.Literal}
	}
	raw := w.text[start:end]
	if strings.HasPrefix(raw, lit.Value) {
		raw = lit.Value // the end of a heredoc's text is that of its delimiter
	}
	if !strings.ContainsAny(raw, "\\\x01") {
		return value{Text: splice.Plain(raw, start), how: gate.Literal}
	}
	v := value{how: gate.Literal}
	var b splice.Builder
	for i := 0; i < len(raw); {
		switch {
		case raw[i] == hole:
			n := len(raw[i:]) - len(strings.TrimLeft(raw[i:], string(rune(hole))))
			b.Fixed(unknown, start+i)
			v.how = gate.Dynamic
			if n == len(raw) {
				v.variable = template(w.masks[start+i])
			}
			i += n
		case raw[i] == '\\' && i+1 < len(raw):
			if escaped := raw[i+1]; escaped == '\n' {
			} else if quoted && !strings.ContainsRune("$`\"\\", rune(escaped)) {
				b.Copy(raw[i:i+2], start+i)
			} else {
				b.Copy(raw[i+1:i+2], start+i+1)
			}
			i += 2
		default:
			b.Copy(raw[i:i+1], start+i)
			i++
		}
	}
	v.Text = b.Text()
	return v
}

// template is the name by which a workflow's expression asks for its value.
func template(expr string) string {
	if name, ok := strings.CutPrefix(expr, "env."); ok {
		return "env:" + name
	}
	if strings.ContainsAny(expr, " |(") || expr == "" {
		return ""
	}
	return "key:" + strings.TrimPrefix(strings.TrimPrefix(expr, ".Values."), ".")
}

func (w *walker) param(p *syntax.ParamExp) []value {
	at := int(p.Dollar.Offset())
	if p.Param == nil || p.Excl || p.Length || p.Slice != nil || p.Repl != nil {
		return []value{w.hidden(at, "")}
	}
	name := p.Param.Value
	v, ok := w.vars[name]
	if ok && p.Exp == nil {
		if v.array != nil {
			return settle(v.array, true)
		}
		return settle(v.values, false)
	}
	if p.Exp != nil {
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
			if ok && len(v.values) > 0 {
				return settle(v.values, false)
			}
			return w.defaults(name, p.Exp.Word)
		default:
			return []value{w.hidden(at, "")}
		}
	}
	if environment(name) {
		return []value{w.hidden(at, w.named(name))}
	}
	return []value{w.hidden(at, "")}
}

// defaults are the values that a variable has if the environment does not set it.
func (w *walker) defaults(name string, word *syntax.Word) []value {
	values := w.word(word)
	for i := range values {
		values[i].how = worst(values[i].how, gate.Alternative)
		if environment(name) {
			values[i].variable = w.named(name)
		}
	}
	return values
}

// named is the name by which a variable is joined with what gives it a value. The blocks
// of a document follow each other for its reader, and no program gets their variables.
func (w *walker) named(name string) string {
	if w.place == gate.InDoc {
		return "doc:" + w.src.Path + ":" + name
	}
	return "env:" + name
}

// environment tells a name from a parameter such as $1 or $@.
func environment(name string) bool {
	return name != "" && (name[0] == '_' || 'a' <= name[0] && name[0] <= 'z' || 'A' <= name[0] && name[0] <= 'Z')
}

// settle marks values as followed through a variable.
func settle(values []value, several bool) []value {
	out := make([]value, 0, len(values))
	for _, v := range values {
		v.how = worst(v.how, gate.Resolved)
		if (several || len(values) > 1) && v.how != gate.Dynamic {
			v.how = gate.Alternative
		}
		out = append(out, v)
	}
	if len(out) == 0 {
		out = append(out, value{how: gate.Literal})
	}
	return out
}

// substituted is the output of "$(echo …)" and of "$(cat <<EOF …)"; that of other
// commands is not known.
func (w *walker) substituted(p *syntax.CmdSubst) value {
	w.nested(p.Stmts, "")
	if len(p.Stmts) == 1 {
		if call, ok := p.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(call.Args) == 2 {
			if name := w.word(call.Args[0])[0].S; name == "echo" || name == "printf" {
				v := w.word(call.Args[1])[0]
				v.how = worst(v.how, gate.Resolved)
				return v
			}
		}
	}
	return w.hidden(int(p.Left.Offset()), "")
}

// fields evaluates the words of a command, splitting an unquoted variable as a shell
// does and spreading arrays.
func (w *walker) fields(words []*syntax.Word) []field {
	var out []field
	for _, word := range words {
		if len(out) >= maxFields {
			w.cut("entries", maxFields)
			break
		}
		if elems, ok := w.spread(word); ok {
			for _, e := range elems {
				out = append(out, field{values: settle([]value{e}, false)})
			}
			continue
		}
		values := w.word(word)
		if _, bare := single[*syntax.ParamExp](word); bare && len(values) == 1 && strings.ContainsAny(values[0].S, " \n\t") {
			out = append(out, split(values[0])...)
			continue
		}
		out = append(out, field{values})
	}
	return out
}

// maxFields bounds the words of one command.
const maxFields = 4096

// field is one argument with its alternatives.
type field struct{ values []value }

func (f field) text() string { return f.values[0].S }

func single[T syntax.WordPart](word *syntax.Word) (T, bool) {
	var zero T
	if len(word.Parts) != 1 {
		return zero, false
	}
	part, ok := word.Parts[0].(T)
	return part, ok
}

// spread gives the elements of "${array[@]}".
func (w *walker) spread(word *syntax.Word) ([]value, bool) {
	p, ok := single[*syntax.ParamExp](word)
	if q, quoted := single[*syntax.DblQuoted](word); quoted && len(q.Parts) == 1 {
		p, ok = q.Parts[0].(*syntax.ParamExp)
	}
	if !ok || p.Param == nil || p.Index == nil || p.Exp != nil || p.Slice != nil {
		return nil, false
	}
	if index, ok := p.Index.(*syntax.Word); !ok || index.Lit() != "@" && index.Lit() != "*" {
		return nil, false
	}
	v := w.vars[p.Param.Value]
	return v.array, v.array != nil
}

func split(v value) []field {
	var out []field
	for i := 0; i < len(v.S); {
		if strings.IndexByte(" \t\n", v.S[i]) >= 0 {
			i++
			continue
		}
		j := i
		for j < len(v.S) && strings.IndexByte(" \t\n", v.S[j]) < 0 {
			j++
		}
		out = append(out, field{[]value{{Text: v.Slice(i, j), how: v.how}}})
		i = j
	}
	return out
}
