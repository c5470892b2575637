// Package xgboost reads the models of XGBoost
// (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html) as JSON or as
// UBJSON. Nothing in them is run, so that it knows the format, reads it to its end and
// states strings that are commands.
package xgboost

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/cmdline"
	"github.com/modelgate/gate/internal/outcome"
)

// Inspector reads models of XGBoost.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "xgboost",
		Doc:  "XGBoost models as JSON or UBJSON, read to their end; commands in their strings.",
		Emits: map[gate.Kind]any{
			cmdline.Kind:        cmdline.Command{},
			"xgboost.malformed": gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: an object with a learner, and a version at either
// end. XGBoost reads UBJSON by the name of the file.
func (Inspector) Wants(b *gate.Blob) bool {
	if strings.HasSuffix(strings.ToLower(b.Path), ".ubj") {
		return true
	}
	head := bytes.TrimLeft(b.Head(), " \t\r\n")
	if len(head) < 2 || head[0] != '{' {
		return false
	}
	if packed(head) {
		return bytes.Contains(head, []byte("\x07learner")) || bytes.Contains(head, []byte("\x07version"))
	}
	has := func(key string) bool {
		return bytes.Contains(head, []byte(key)) || bytes.Contains(b.Tail(), []byte(key))
	}
	return has(`"learner"`) && (has(`"version"`) || has(`"gradient_booster"`))
}

// packed tells whether an object is one of UBJSON: a number that is the length of a key.
func packed(head []byte) bool { return bytes.IndexByte([]byte("iUIlL"), head[1]) >= 0 }

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	m := &model{ctx: ctx, out: out}
	var err error
	head := bytes.TrimLeft(b.Head(), " \t\r\n")
	if len(head) < 2 || head[0] != '{' || packed(head) {
		m.cur = binary.NewCursor(b, 0, b.Size)
		err = m.packed()
	} else {
		err = m.text(b.Section())
	}
	file := outcome.File{Out: out, Format: "xgboost", Malformed: "xgboost.malformed", Name: "the model"}
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: errDepth, Budget: "depth", Max: maxDepth}) {
		out.Format("xgboost", gate.Unproven, "")
	}
}

const (
	maxDepth = 256
	maxText  = 64 << 10
)

var errDepth = errors.New("a model beyond the limit of depth")

type model struct {
	ctx   context.Context
	out   gate.Recorder
	cur   *binary.Cursor
	depth int
}

func (m *model) value(field, text string, at int64) {
	if c, ok := cmdline.Of(field, text, false); ok {
		m.out.Emit(cmdline.Kind, gate.Location{Offset: at}, c)
	}
}

// text reads JSON token by token, since models have millions of numbers.
func (m *model) text(r io.Reader) error {
	dec := jsontext.NewDecoder(&finite{r: r}, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	name := ""
	for n := 0; ; n++ {
		if n&1023 == 0 && m.ctx.Err() != nil {
			return m.ctx.Err()
		}
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) && n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if dec.StackDepth() > maxDepth {
			return errDepth
		}
		if token.Kind() != '"' {
			continue
		}
		if kind, length := dec.StackIndex(dec.StackDepth()); kind == '{' && length%2 == 1 {
			name = token.String()
		} else if text := token.String(); len(text) <= maxText {
			m.value(name, text, dec.InputOffset())
		}
	}
}

// finite replaces NaN and Infinity, which XGBoost writes and JSON does not know, by
// numbers of the same length.
type finite struct {
	r       io.Reader
	quoted  bool
	escaped bool
	rest    string // of what stands for the literal
}

func (f *finite) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	for i, c := range p[:n] {
		switch {
		case f.escaped:
			f.escaped = false
		case f.quoted:
			f.escaped, f.quoted = c == '\\', c != '"'
		case c == '"':
			f.quoted, f.rest = true, ""
		case c == 'N' && f.rest == "":
			p[i], f.rest = '0', ".0"
		case c == 'I' && f.rest == "":
			p[i], f.rest = '0', ".000000"
		case f.rest != "" && (c|0x20 >= 'a' && c|0x20 <= 'z'):
			p[i], f.rest = f.rest[0], f.rest[1:]
		}
	}
	return n, err
}
