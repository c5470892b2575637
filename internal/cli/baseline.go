package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/scan"
)

// baseline is the state that a change departs from, beside the state that it proposes.
type baseline struct {
	cmd    *Command
	repo   *repository
	online scan.Online

	scanned *scan.Result // of the head
	head    *findings    // of the files of the head
	asked   *findings    // of the registries about the models of the head

	files   fs.FS // of the fork
	was     *findings
	touched map[string]bool // files that the change adds, edits or removes
	before  *findings       // of the registries about the models that the change moves
}

// compare looks at the state that the change departs from, states what the change does to
// what guards the repository.
func (b *baseline) compare(ctx context.Context) error {
	p := b.repo.proposal
	b.files = p.files(p.fork)
	kinds, err := p.changed()
	if err != nil {
		return baseMissing(p.event, err)
	}
	b.touch(kinds)
	was, err := b.scan(ctx, kinds)
	if err != nil {
		return err
	}
	b.was = b.cmd.findings(b.files, was)
	b.smudge()
	b.unreviewed()
	b.added()
	b.head.Evidence = slices.Concat(b.head.Evidence, b.repo.changes, b.workflows())
	return nil
}

// touch completes what the commits change by what was edited in the checkout since, as far
// as a file states anything at all.
func (b *baseline) touch(kinds map[string]gitrepo.ChangeKind) {
	b.touched = map[string]bool{}
	for path := range kinds {
		b.touched[located(path)] = true
	}
	if b.repo.proposal.objects {
		return
	}
	compared := map[string]bool{}
	for _, e := range b.head.Evidence {
		path := outermost(e.At.Path)
		if compared[path] || b.touched[path] || e.At.Remote() || path == "." {
			continue
		}
		compared[path] = true
		if slices.ContainsFunc(named(path), func(p string) bool { return !same(b.files, b.repo.files, p) }) {
			b.touched[path] = true
		}
	}
}

// outermost is the file itself of a place, without the entry of a container.
func outermost(place string) string {
	outer, _, _ := strings.Cut(place, "!")
	return outer
}

// located is the path of a file as places have it: there "!" parts the entries of
// containers, and a colon in the first part is that of a registry.
func located(path string) string {
	first, rest, more := strings.Cut(path, "/")
	first = strings.ReplaceAll(first, ":", "%3A")
	if more {
		first += "/" + rest
	}
	return strings.ReplaceAll(first, "!", "%21")
}

// named are the files that have a place: more than one where a name looks escaped already.
func named(place string) []string {
	plain := strings.NewReplacer("%21", "!", "%3A", ":").Replace(place)
	if plain == place {
		return []string{place}
	}
	return []string{place, plain}
}

// text is the file that has a place, or nothing where that is not one.
func text(fsys fs.FS, place string) []byte {
	var found [][]byte
	for _, name := range named(place) {
		if t, err := readFile(fsys, name); err == nil {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// exists tells whether there is a file that has a place.
func exists(fsys fs.FS, place string) bool {
	return slices.ContainsFunc(named(place), func(name string) bool {
		_, err := fs.Stat(fsys, name)
		return err == nil
	})
}

// maxCompared is the size up to which the bytes of a file in the checkout are compared with
// those of the commit: it covers all sources.
const maxCompared = 16 << 20

// same tells whether a file that no commit changed is the same in the checkout. Git may
// have written it with other ends of lines, or have put the file in the place of a pointer.
func same(base, head fs.FS, path string) bool {
	was, err := fs.Stat(base, path)
	is, failed := fs.Stat(head, path)
	switch {
	case err != nil || failed != nil:
		return errors.Is(err, fs.ErrNotExist) && errors.Is(failed, fs.ErrNotExist)
	case was.IsDir() || is.IsDir():
		return was.IsDir() == is.IsDir()
	case was.Size() > maxCompared:
		return was.Size() == is.Size()
	}
	before, err := readFile(base, path)
	if err != nil || isPointer(before) {
		return err == nil
	}
	if is.Size() > maxCompared {
		return false
	}
	after, err := readFile(head, path)
	return err == nil && bytes.Equal(unix(before), unix(after))
}

func unix(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

func isPointer(text []byte) bool {
	return len(text) < 1024 && bytes.HasPrefix(text, []byte("version https://git-lfs.github.com/spec/"))
}

// smudge takes for a file that is kept by Git LFS and that the change leaves alone what was
// found in the checkout, since the commits have its pointer only.
func (b *baseline) smudge() {
	pointers := map[string]bool{}
	for _, a := range b.was.Artifacts {
		for _, f := range a.Files {
			if f.State == gate.Unread && !b.touched[outermost(f.Path)] {
				if isPointer(text(b.files, outermost(f.Path))) {
					pointers[outermost(f.Path)] = true
				}
			}
		}
	}
	if len(pointers) == 0 {
		return
	}
	in := func(e gate.Evidence) bool { return pointers[outermost(e.At.Path)] }
	b.was.Evidence = slices.DeleteFunc(b.was.Evidence, in)
	for _, e := range b.head.Evidence {
		if in(e) {
			b.was.Evidence = append(b.was.Evidence, e)
		}
	}
}

// added marks what the change brings in and no parser reads.
func (b *baseline) added() {
	for i, e := range b.head.Evidence {
		if fact, ok := e.Data.(gate.Unparsed); ok && b.touched[outermost(e.At.Path)] {
			fact.Added = true
			b.head.Evidence[i].Data = fact
		}
	}
}

// workflowChange is the data of workflow.change: a file that runs the gate and that the
// change edits or removes.
type workflowChange struct {
	Path   string `json:"path"`
	Change string `json:"change"` // edited, removed
}

// workflows states the edits of what runs the gate.
func (b *baseline) workflows() []gate.Evidence {
	seen := map[string]bool{}
	var out []gate.Evidence
	for _, e := range b.was.Evidence {
		path := outermost(e.At.Path)
		guards := e.Kind == gate.KindWorkflowGate || e.Kind == gate.KindPrecommitGate
		if !guards || !b.touched[path] || seen[path] {
			continue
		}
		seen[path] = true
		fact := workflowChange{Path: path, Change: "edited"}
		if !exists(b.repo.files, path) {
			fact.Change = "removed"
		}
		out = append(out, gate.Evidence{Kind: kindWorkflowChange, At: gate.Location{Path: e.At.Path}, Data: fact})
	}
	return out
}
