// Package vcs finds the models that git brings into a checkout: submodules on a model
// hub, and the pointers that git-lfs.com leaves for weights.
package vcs

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
)

// Finder finds models in .gitmodules and in pointers of Git LFS.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:  "vcs",
		Doc:   "Finds submodules on a model hub or behind an odd transport, and weights kept by Git LFS.",
		Emits: map[gate.Kind]any{gate.KindUnparsed: gate.Unparsed{}},
	}
}

// pointer is how a pointer of Git LFS begins, and maxPointer its greatest length.
const (
	pointer    = "version https://git-lfs.github.com/spec/v1\n"
	maxPointer = 1024
)

// Wants takes .gitmodules, and pointers to files of weights.
func (Finder) Wants(p string, head []byte) bool {
	return path.Base(p) == ".gitmodules" || modelid.WeightsFile(p) && bytes.HasPrefix(head, []byte(pointer))
}

// Find states the submodules on a hub, or the file that a pointer stands for.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	if bytes.HasPrefix(src.Text, []byte(pointer)) {
		if len(src.Text) <= maxPointer {
			lfs(sourcefile.File{Finder: "vcs", Src: src, Out: out})
		}
		return
	}
	for start, line := range sourcefile.Lines(string(src.Text)) {
		key, value, ok := strings.Cut(line, "=")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "url") || value == "" || ctx.Err() != nil {
			continue
		}
		from := start + strings.Index(line, value)
		if !ordinary(value) {
			out.Emit(gate.KindUnparsed, src.At(from, from+len(value)), gate.Unparsed{
				Language: "a submodule", Reason: fmt.Sprintf("the address %q is not one of https, ssh or git", value[:min(len(value), 200)]),
			})
			continue
		}
		m, ok := modelid.URI(value)
		if !ok || m.Source == "url" {
			continue
		}
		// The tree of the repository holds the commit of a submodule.
		out.Reference(gate.Reference{Model: m, Loader: "git submodule", At: src.At(from, from+len(value)), Finder: "vcs",
			Context: gate.InConfig, Resolution: gate.Literal, Immutable: true})
	}
}

// ordinary tells whether an address is one of those by which a repository on another
// machine is fetched. Others run a program of their own, or read this machine's files:
// https://git-scm.com/docs/gitremote-helpers.
func ordinary(address string) bool {
	if strings.Contains(address, "::") {
		return false
	}
	scheme, _, ok := strings.Cut(address, "://")
	if ok {
		switch strings.ToLower(scheme) {
		case "https", "http", "ssh", "git", "git+ssh", "ssh+git":
			return true
		}
		return false
	}
	host, _, remote := strings.Cut(address, ":")
	relative := strings.HasPrefix(address, "./") || strings.HasPrefix(address, "../")
	return relative || remote && len(host) > 1 && !strings.ContainsAny(host, `/\`) && !strings.HasPrefix(address, "-")
}

func lfs(f sourcefile.File) {
	src := f.Src
	_, rest, _ := strings.Cut(string(src.Text), "\noid sha256:")
	oid, _, _ := strings.Cut(rest, "\n")
	if oid == "" {
		return
	}
	at := bytes.Index(src.Text, []byte(oid))
	m := gate.ModelID{Source: "local", Name: src.Path, File: path.Base(src.Path)}
	f.State(gate.Reference{Model: m, Loader: "git lfs", Args: map[string]string{"sha256": oid}, At: src.At(at, at+len(oid)), Resolution: gate.Literal})
}
