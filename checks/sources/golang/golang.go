// Package golang finds the models that Go programs download with hugot
// (pkg.go.dev/github.com/knights-analytics/hugot) and go-huggingface.
package golang

import (
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/tokens"
)

// Finder finds models in Go.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "golang",
		Doc:       "Finds models that Go programs download from the Hub.",
		Languages: []string{"go"},
		Emits:     map[gate.Kind]any{gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Wants takes files by the ending of their names.
func (Finder) Wants(p string, head []byte) bool { return path.Ext(p) == ".go" }

// calls are the functions that download, by package.
var calls = map[string]string{"DownloadModel": "hugot", "New": "hub", "NewHub": "hub", "NewRepo": "hub"}

// Find scans a file that imports a client of the Hub.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	if !sourcefile.Mentions(src.Text, "knights-analytics/hugot", "go-huggingface") {
		return
	}
	f := sourcefile.File{Finder: "golang", Src: src, Out: out}
	list, _ := f.Tokens(tokens.Go)
	pairs, consts := tokens.Pairs(list), constants(list)
	for i, t := range list {
		if !t.Is("(") || i < 3 || !list[i-2].Is(".") || ctx.Err() != nil {
			continue
		}
		pkg := calls[list[i-1].Text]
		if pkg == "" || !list[i-3].Is(pkg) {
			continue
		}
		for _, a := range tokens.Arguments(list, pairs, i) {
			if a[1]-a[0] != 1 {
				continue
			}
			id, how := list[a[0]], gate.Literal
			if c, ok := consts[id.Text]; ok && id.Kind == tokens.Word {
				id, how = c, gate.Resolved
			}
			name, _, _ := strings.Cut(id.Text, ":")
			m, ok := modelid.Hub(name)
			if ok && id.Kind == tokens.String {
				args := map[string]string{}
				if rev := after(list, pairs[i], "WithRevision"); rev != "" {
					m.Revision, args["revision"] = rev, rev
				}
				f.State(gate.Reference{Model: m, Loader: pkg + "." + list[i-1].Text, Args: args, At: src.At(id.Start, id.End), Resolution: how})
				break
			}
		}
	}
}

// constants are the names that are given a string.
func constants(list []tokens.Token) map[string]tokens.Token {
	m := map[string]tokens.Token{}
	for i := 2; i < len(list); i++ {
		if list[i].Kind != tokens.String || !list[i-1].Is("=") {
			continue
		}
		name := list[i-2]
		if name.Is(":") && i > 2 {
			name = list[i-3]
		}
		if name.Kind == tokens.Word {
			m[name.Text] = list[i]
		}
	}
	return m
}

// after is the string argument of a method called on the result of the call that ends at
// an index.
func after(list []tokens.Token, end int, method string) string {
	if end+4 < len(list) && list[end+1].Is(".") && list[end+2].Is(method) && list[end+4].Kind == tokens.String {
		return list[end+4].Text
	}
	return ""
}
