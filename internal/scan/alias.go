package scan

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/modelid"
)

// aliases states the links by which code runs under another name than that by which it is
// read. A link to what is read and judged as if it lay at the link is none.
func (s *scanner) aliases(ctx context.Context, links []string) []gate.Evidence {
	if len(s.opt.Finders) == 0 || s.opt.Models {
		return nil
	}
	var out []gate.Evidence
	for _, p := range links {
		if ctx.Err() != nil {
			break // the scan fails
		}
		what, target := s.alias(p)
		if what == "" {
			continue
		}
		out = append(out, gate.Evidence{Kind: gate.KindUnparsed, At: gate.Location{Path: local(p)}, Data: gate.Unparsed{
			Language: what, Reason: fmt.Sprintf("it is a link to %q, which is not judged as if it lay here", target),
		}})
	}
	return out
}

// alias tells what a link stands for that is not judged as such, or nothing.
func (s *scanner) alias(p string) (what, target string) {
	target, _, err := Follow(s.fsys, p)
	info, failed := fs.Stat(s.fsys, p)
	switch {
	case err != nil || failed != nil:
		target, _ = fs.ReadLink(s.fsys, p) // what cannot be read is stated by the walk
		if !unjudged(p) && len(s.wanting(p, nil)) > 0 {
			return aSource, target
		}
		return "", ""
	case info.IsDir():
		if !unjudged(p) && (s.hidden(target) || !s.alike(path.Join(p, "x.py"), path.Join(target, "x.py"))) {
			return "a folder of sources", target
		}
		return "", ""
	}
	head := headOf(s.fsys, target)
	if modelName(p) && !s.shipped(target) && isText(head) {
		return "a model", target
	}
	if here := s.wanting(p, head); !unjudged(p) && len(here) > 0 {
		there := s.wanting(target, head)
		read := !slices.ContainsFunc(here, func(f checks.Finder) bool { return !slices.Contains(there, f) })
		if !read || s.hidden(target) || !s.alike(p, target) {
			return aSource, target
		}
	}
	return "", ""
}

const aSource = "a source file"

// unjudged tells of a path that no rule judges the loads there.
func unjudged(p string) bool {
	c := modelid.ContextOf(p)
	return c == gate.InTest || c == gate.InDoc
}

// alike tells whether two paths are judged alike.
func (s *scanner) alike(a, b string) bool {
	return modelid.ContextOf(a) == modelid.ContextOf(b) && !slices.ContainsFunc(s.opt.Places, func(glob string) bool {
		// A pattern that is none matches neither.
		x, _ := doublestar.Match(glob, a)
		y, _ := doublestar.Match(glob, b)
		return x != y
	})
}

// hidden tells whether the sources at a path are not searched.
func (s *scanner) hidden(p string) bool {
	if s.opt.Own(p) {
		return false
	}
	for dir := p; dir != "."; dir = path.Dir(dir) {
		if path.Base(dir) == ".git" || installed(s.fsys, dir) {
			return true
		}
	}
	return false
}

func (s *scanner) wanting(p string, head []byte) []checks.Finder {
	var out []checks.Finder
	for _, f := range s.opt.Finders {
		if f.Wants(local(p), head) {
			out = append(out, f)
		}
	}
	return out
}

func headOf(fsys fs.FS, p string) []byte {
	f, err := fsys.Open(p)
	if err != nil {
		return nil
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, gate.HeadSize))
	if err != nil {
		return nil
	}
	return head
}

// Follow finds what a path stands for within a tree, and the links on the way there.
func Follow(fsys fs.FS, p string) (target string, links []string, err error) {
	const most = 40 // links on the way
	at := "."
	for rest := strings.Split(p, "/"); len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch {
		case part == "" || part == ".":
			continue
		case part == ".." && at == ".":
			return "", links, fmt.Errorf("%q leads out of the tree", p)
		case part == "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		info, err := fs.Lstat(fsys, next)
		if err != nil {
			return "", links, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if links = append(links, next); len(links) > most {
			return "", links, fmt.Errorf("%q is behind more than %d links", p, most)
		}
		to, err := fs.ReadLink(fsys, next)
		if err != nil {
			return "", links, err
		}
		if path.IsAbs(to) {
			return "", links, fmt.Errorf("%q leads out of the tree", p)
		}
		rest = append(strings.Split(filepath.ToSlash(to), "/"), rest...)
	}
	return at, links, nil
}
