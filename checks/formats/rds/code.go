package rds

import (
	"strings"

	"github.com/modelgate/gate"
)

// reaching are functions that reach beyond the session of R.
var reaching = map[string]bool{
	"system": true, "system2": true, "shell": true, "shell.exec": true, "pipe": true, "fifo": true,
	"dyn.load": true, "library.dynam": true, "source": true, "sys.source": true, "download.file": true,
	"url": true, "socketConnection": true, "unlink": true, "file.remove": true, "file.copy": true,
	"writeLines": true, "writeBin": true, "readRDS": true, "unserialize": true, "install.packages": true,
	"Sys.setenv": true, "reg.finalizer": true,
}

// pair reads a pair and, without recursion, those that follow it: the elements of a
// pairlist or the arguments of a call.
func (o *object) pair(flags int32) (item, error) {
	kind, at := flags&0xff, o.in.cur.Offset()
	var parts []string
	for first := true; ; first = false {
		head, err := o.cell(flags)
		if err != nil {
			return item{}, err
		}
		if first && (kind == closure || kind == promise) {
			return o.deferred(kind, head, at)
		}
		if len(parts) <= maxText {
			parts = append(parts, head.text)
		}
		if o.items++; o.items&1023 == 0 && o.ctx.Err() != nil {
			return item{}, o.ctx.Err()
		}
		if flags, err = o.in.int(); err != nil {
			return item{}, err
		}
		if next := flags & 0xff; next != pairlist {
			if _, err := o.value(flags); err != nil {
				return item{}, err
			}
			break
		}
	}
	if kind != language {
		return item{}, nil
	}
	return o.call(parts, at), nil
}

// cell reads attributes, tag and first half of a pair.
func (o *object) cell(flags int32) (item, error) {
	if flags&hasAttributes != 0 {
		if _, err := o.next(); err != nil {
			return item{}, err
		}
	}
	var tag item
	if flags&hasTag != 0 {
		var err error
		if tag, err = o.next(); err != nil {
			return item{}, err
		}
	}
	if flags&0xff == pairlist && flags&activeBinding != 0 {
		o.state("active-binding", tag.text, o.in.cur.Offset())
	}
	return o.next()
}

// deferred reads the second half of a closure, its body, or of a promise, its
// expression. A promise that has its value does not run again.
func (o *object) deferred(kind int32, head item, at int64) (item, error) {
	body, err := o.next()
	if kind == closure {
		o.state("closure", body.text, at)
		return item{text: "function"}, err
	}
	o.code = true
	if head.unbound {
		o.out.Emit("rds.promise", gate.Location{Offset: at}, Promise{body.text})
	}
	return body, err
}

// call is the text of a call.
func (o *object) call(parts []string, at int64) item {
	o.code = true
	name := parts[0]
	if reaching[name[strings.LastIndexByte(name, ':')+1:]] {
		o.state("call", join(parts), at)
	}
	return item{text: join(parts)}
}

func join(parts []string) string {
	text := parts[0] + "(" + strings.Join(parts[1:], ", ") + ")"
	if (parts[0] == "::" || parts[0] == ":::") && len(parts) == 3 {
		text = parts[1] + parts[0] + parts[2]
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

// state states the first code of each type.
func (o *object) state(kind, text string, at int64) {
	o.code = true
	if !o.stated[kind] {
		o.stated[kind] = true
		o.out.Emit("rds.code", gate.Location{Offset: at}, Code{kind, text})
	}
}

// bytecode reads compiled code: a count of shared parts, then code and constants.
func (o *object) bytecode(flags int32) (item, error) {
	at := o.in.cur.Offset()
	if _, err := o.in.int(); err != nil {
		return item{}, err
	}
	text, err := o.compiled()
	o.state("bytecode", text.text, at)
	if err == nil && flags&hasAttributes != 0 {
		_, err = o.next()
	}
	return text, err
}

// compiled reads code and its constants, of which the first is the source.
func (o *object) compiled() (first item, err error) {
	if o.depth++; o.depth > maxDepth {
		return first, errLimit
	}
	defer func() { o.depth-- }()
	if _, err = o.next(); err != nil { // the instructions, as integers
		return first, err
	}
	n, err := o.in.int()
	if err != nil {
		return first, err
	}
	for i := int32(0); i < n; i++ {
		kind, err := o.in.int()
		if err != nil {
			return first, err
		}
		part, err := o.constant(kind)
		if err != nil {
			return first, err
		}
		if i == 0 {
			first = part
		}
	}
	return first, nil
}

func (o *object) constant(kind int32) (item, error) {
	switch kind {
	case bytecode:
		return o.compiled()
	case language, pairlist, repDefinition, repReference, attrLang, attrList:
		return o.source(kind)
	default:
		return o.next()
	}
}

// source reads a call among the constants of bytecode, whose parts may be shared.
func (o *object) source(kind int32) (item, error) {
	if o.depth++; o.depth > maxDepth {
		return item{}, errLimit
	}
	defer func() { o.depth-- }()
	at := o.in.cur.Offset()
	var parts []string
	call := false
	for {
		if o.items++; o.items&1023 == 0 && o.ctx.Err() != nil {
			return item{}, o.ctx.Err()
		}
		if kind == repReference {
			_, err := o.in.int()
			return item{text: "…"}, err
		}
		if kind == repDefinition {
			if _, err := o.in.int(); err != nil {
				return item{}, err
			}
			var err error
			if kind, err = o.in.int(); err != nil {
				return item{}, err
			}
		}
		if !paired(kind) {
			// The end of a chain, or a constant that stands alone.
			it, err := o.next()
			if len(parts) == 0 || err != nil {
				return it, err
			}
			break
		}
		part, err := o.sourceCell(kind)
		if err != nil {
			return item{}, err
		}
		if len(parts) == 0 {
			call = kind == language || kind == attrLang
		}
		if len(parts) <= maxText {
			parts = append(parts, part.text)
		}
		if kind, err = o.in.int(); err != nil {
			return item{}, err
		}
		if kind == repReference {
			if _, err := o.in.int(); err != nil {
				return item{}, err
			}
			break
		}
	}
	if !call {
		return item{}, nil
	}
	return o.call(parts, at), nil
}

func paired(kind int32) bool {
	return kind == language || kind == pairlist || kind == attrLang || kind == attrList
}

// sourceCell reads attributes, tag and first half of a pair.
func (o *object) sourceCell(kind int32) (item, error) {
	if kind == attrLang || kind == attrList {
		if _, err := o.next(); err != nil {
			return item{}, err
		}
	}
	if _, err := o.next(); err != nil { // the tag
		return item{}, err
	}
	first, err := o.in.int()
	if err != nil {
		return item{}, err
	}
	if paired(first) || first == repDefinition || first == repReference {
		return o.source(first)
	}
	return o.next()
}
