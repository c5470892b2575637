package baseline

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/scan"
)

// unlike states the files of the change that cannot be read as what they are: the checkout
// lacks them, or has other bytes than the commit.
func (b *Baseline) unlike(ctx context.Context, opt Options) []gate.Evidence {
	var out []gate.Evidence
	for _, p := range slices.Sorted(maps.Keys(opt.Kinds)) {
		if ctx.Err() != nil {
			return nil
		}
		var language, reason string
		switch {
		case path.Base(p) == attributes && !bytes.Equal(encodings(b.Files, p), encodings(opt.Commit, p)):
			language, reason = "attributes of git", "it changes "+attributeEncoding+", by which a file on disk is another one than in the commit"
		case opt.Kinds[p] != gitrepo.Removed:
			language, reason = b.unread(p, opt)
		}
		if reason != "" {
			out = append(out, gate.Evidence{Kind: gate.KindUnparsed, At: gate.Location{Path: place.Of(p)}, Data: gate.Unparsed{
				Language: language, Reason: reason, Added: true,
			}})
		}
	}
	return out
}

// unread tells why a file that the change adds or edits cannot be read, if it cannot.
func (b *Baseline) unread(p string, opt Options) (language, reason string) {
	info, err := fs.Lstat(opt.Commit, p)
	if err != nil {
		return "a file", "it cannot be read in the commit"
	}
	if info.IsDir() {
		if list, err := fs.ReadDir(b.repo.Files, p); err != nil || len(list) == 0 {
			return "a submodule", "it is not checked out"
		}
		return "", ""
	}
	is, err := fs.Lstat(b.repo.Files, p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "a file", "the checkout lacks it"
	case err != nil:
		return "a file", "it cannot be read"
	case is.Mode().Type() != info.Mode().Type():
		return "a file", "it is of another kind on disk than in the commit"
	case info.Mode()&fs.ModeSymlink != 0:
		return "", ""
	}
	switch {
	case !isSource(p):
		return "", ""
	case pointsTo(b.repo.Files, p):
		return "a source file", "it is a pointer of Git LFS, and the file itself was not checked out"
	case !opt.Objects && encoded(opt, p) && !same(opt.Commit, b.repo.Files, p):
		return "a source file", "the file on disk is not the one of the commit"
	}
	return "", ""
}

// isSource tells whether sources are named so, but for tests and documents, which no rule
// judges.
func isSource(p string) bool {
	if c := modelid.ContextOf(p); c == gate.InTest || c == gate.InDoc {
		return false
	}
	return slices.ContainsFunc(checks.Finders(), func(f checks.Finder) bool { return f.Wants(p, nil) })
}

// pointsTo tells whether a file is the pointer of another one.
func pointsTo(files fs.FS, p string) bool {
	text, err := place.Read(files, p)
	return err == nil && isPointer(text)
}

const (
	attributes        = ".gitattributes"
	attributeEncoding = "working-tree-encoding" // https://git-scm.com/docs/gitattributes
)

// encoded tells whether git may write a file in another encoding than the commit has it.
func encoded(opt Options, p string) bool {
	for dir := path.Join(opt.Prefix, path.Dir(p)); ; dir = path.Dir(dir) {
		if len(encodings(opt.Whole, path.Join(dir, attributes))) > 0 {
			return true
		}
		if dir == "." {
			return false
		}
	}
}

// encodings are the lines of a file of attributes that name an encoding.
func encodings(files fs.FS, p string) []byte {
	text, err := place.Read(files, p)
	if err != nil {
		return nil
	}
	var out []byte
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(attributeEncoding)) {
			out = append(append(out, bytes.TrimSpace(line)...), '\n')
		}
	}
	return out
}

// touchedBehind tells whether the change touches what a link stands for, or the way there.
func (b *Baseline) touchedBehind(e gate.Evidence) bool {
	if e.Kind != gate.KindUnparsed && e.Kind != gate.KindSymlink {
		return false
	}
	for _, name := range place.Names(place.Outermost(e.At.Path)) {
		target, links, err := scan.Follow(b.repo.Files, name)
		if slices.ContainsFunc(links, func(l string) bool { return b.Touched[place.Of(l)] }) {
			return true
		}
		if len(links) == 0 || err != nil {
			continue
		}
		target = place.Of(target)
		for touched := range b.Touched {
			if touched == target || target == "." || strings.HasPrefix(touched, target+"/") {
				return true
			}
		}
	}
	return false
}
