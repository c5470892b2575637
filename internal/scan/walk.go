package scan

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// entry is a file of the tree.
type entry struct {
	path    string
	size    int64
	foreign bool // part of an installed package
}

// Symlink is the data of scan.symlink: a link, which is never followed.
type Symlink struct {
	Target string `json:"target"`
	// Outside says that the target is not in the tree.
	Outside bool `json:"outside"`
	// Weights says that the name of the link or of its target is that of a model.
	Weights bool `json:"weights"`
}

type walked struct {
	files    []entry
	evidence []gate.Evidence
	links    []string
	foreign  []string
	skipped  []string
}

// walk lists the files of the tree. What cannot be listed is evidence, but for the root.
// Files that are the repository's own belong to no installed package wherever they lie.
func walk(ctx context.Context, fsys fs.FS, limits Limits, own func(string) bool) (*walked, error) {
	w := &walked{}
	inForeign := ""
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && p == ".":
			return err
		case err != nil:
			w.incomplete(p, "cannot be read: "+reason(err), "")
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			if path.Base(p) == ".git" {
				w.skipped = append(w.skipped, p)
				return fs.SkipDir
			}
			if outside(p, inForeign) && installed(fsys, p) {
				inForeign = p
				w.foreign = append(w.foreign, p)
			}
			return nil
		case len(w.files) >= limits.Files:
			w.incomplete(".", "the tree has more files than the limit", "files")
			return fs.SkipAll
		}
		w.file(fsys, p, d, !outside(p, inForeign) && !own(p))
		return nil
	})
	return w, err
}

func (w *walked) file(fsys fs.FS, p string, d fs.DirEntry, foreign bool) {
	switch mode := d.Type(); {
	case mode&fs.ModeSymlink != 0:
		w.link(fsys, p)
		if !foreign {
			w.links = append(w.links, p)
		}
	case !mode.IsRegular():
		w.incomplete(p, "is a "+kindOf(mode)+", not a file", "")
	default:
		info, err := d.Info()
		if err != nil {
			w.incomplete(p, "cannot be read: "+reason(err), "")
			return
		}
		w.files = append(w.files, entry{p, info.Size(), foreign})
	}
}

func (w *walked) link(fsys fs.FS, p string) {
	target, err := fs.ReadLink(fsys, p)
	if err != nil {
		w.incomplete(p, "is a link that cannot be read: "+reason(err), "")
		return
	}
	_, err = fs.Stat(fsys, p) // within the tree only, since fsys is
	w.evidence = append(w.evidence, gate.Evidence{
		Kind: gate.KindSymlink, At: gate.Location{Path: local(p)},
		Data: Symlink{Target: target, Outside: err != nil, Weights: modelName(p) || modelName(target)},
	})
}

func (w *walked) incomplete(p, why, budget string) {
	w.evidence = append(w.evidence, gate.Evidence{
		Kind: gate.KindIncomplete, At: gate.Location{Path: local(p)}, Data: gate.Incomplete{Reason: why, Budget: budget},
	})
}

func outside(p, dir string) bool { return dir == "" || !strings.HasPrefix(p, dir+"/") }

// installed tells whether a folder holds packages that a package manager put there: their
// code is not the repository's own. Of an environment of Python that is what
// https://docs.python.org/3/library/venv.html says of it, and no other folder of it.
func installed(fsys fs.FS, dir string) bool {
	above, base := path.Split(dir)
	switch base {
	case "node_modules":
		return true
	case "site-packages":
		lib := path.Clean(above)
		if name := path.Base(lib); strings.HasPrefix(name, "python") {
			lib = path.Dir(lib)
		} else if name != "Lib" {
			return false
		}
		return slices.Contains([]string{"lib", "lib64", "Lib"}, path.Base(lib)) && environment(fsys, path.Dir(lib))
	}
	return false
}

// environment tells whether a folder is a virtual environment of Python.
func environment(fsys fs.FS, dir string) bool {
	f, err := fsys.Open(path.Join(dir, "pyvenv.cfg"))
	if err != nil {
		return false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 64<<10))
	return err == nil && home.Match(text)
}

var home = regexp.MustCompile(`(?m)^home[ \t]*=`)

// reason is an error without the path, which the location names already.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	default:
		return "special file"
	}
}
