// Package rds reads the serialization of R
// (https://cran.r-project.org/doc/manuals/r-release/R-ints.html#Serialization-Formats),
// as saveRDS and save write it, and states the code in it: promises, which run as soon as
// the object is touched, functions and calls.
package rds

import (
	"bytes"
	"context"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/outcome"
)

// Promise is the data of rds.promise: an expression that R runs when its variable or
// element is read.
type Promise struct {
	Text string `json:"text"`
}

// Code is the data of rds.code: code that runs only once something calls it.
type Code struct {
	// Type is closure, bytecode, active-binding, or call for a call of a function that
	// reaches beyond R.
	Type string `json:"type"`
	Text string `json:"text"` // of the first of its type
}

// Inspector reads R objects.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "rds",
		Doc:  "R objects: promises, functions, bytecode and calls in them.",
		Emits: map[gate.Kind]any{
			"rds.promise":       Promise{},
			"rds.code":          Code{},
			"rds.malformed":     gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: the magic of a workspace, or the letter of an
// encoding and the version behind it.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	return workspace(head) || encoded(head)
}

// workspace tells whether a head is that of save: RDX2, RDA3 and so on.
func workspace(head []byte) bool {
	return len(head) >= 5 && string(head[:2]) == "RD" && bytes.IndexByte([]byte("XAB"), head[2]) >= 0 &&
		(head[3] == '2' || head[3] == '3') && head[4] == '\n'
}

func encoded(head []byte) bool {
	if len(head) < 6 {
		return false
	}
	switch string(head[:2]) {
	case "X\n":
		return head[2] == 0 && head[3] == 0 && head[4] == 0 && (head[5] == 2 || head[5] == 3)
	case "B\n":
		return (head[2] == 2 || head[2] == 3) && head[3] == 0 && head[4] == 0 && head[5] == 0
	case "A\n":
		return (head[2] == '2' || head[2] == '3') && head[3] == '\n'
	}
	return false
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	o := &object{ctx: ctx, out: out, in: &input{cur: binary.NewCursor(b, 0, b.Size)}, stated: map[string]bool{}}
	err := o.read(workspace(b.Head()))
	at := gate.Location{Offset: o.in.cur.Offset()}
	file := outcome.File{Out: out, Format: "rds", Malformed: "rds.malformed", Name: "the object"}
	switch {
	case file.Failed(ctx, at, err, outcome.Limit{Err: errLimit, Budget: "depth", Max: maxDepth}):
	case o.code || o.in.cur.Remaining() > 0:
		out.Format("rds", gate.Unproven, "")
	default:
		out.Format("rds", gate.Verified, "")
	}
}
