package cli

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/fix"
	"github.com/modelgate/gate/internal/proposal"
	"github.com/modelgate/gate/internal/report"
	"github.com/modelgate/gate/internal/run"
)

// fix makes the edits that remove violations: the smallest that do, and none that the gate
// does not understand.
func (c *Command) fix(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("fix", "[DIR]")
	var shared runFlags
	shared.register(f)
	var only list
	f.Var(&only, "only", "fix what breaks this `RULE` only (repeatable)")
	dry := f.Bool("dry-run", false, "print the edits as a diff, and change nothing")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	repo, err := c.repository(rest, "fix", shared.policy)
	if err != nil {
		return false, err
	}
	defer repo.Close()
	found, err := c.gather(ctx, repo, &shared)
	if err != nil {
		return false, err
	}
	j := &run.Judgement{Session: c.session(), Policy: repo.Policy, Only: only, Started: started, Root: repo.name}
	judged, err := j.Decide(ctx, found.All())
	if err != nil {
		return false, err
	}
	if err := fix.Attach(ctx, judged, repo.Files, commits(judged, repo.locks)); err != nil {
		return false, err
	}
	files, err := fix.Files(repo.Files, judged.Violations)
	if err != nil {
		return false, err
	}
	fixed := 0
	for _, file := range files {
		fixed += file.Fixed
		if *dry {
			fmt.Fprint(c.Stdout, file.Diff())
		} else if err := rewrite(repo.root, file); err != nil {
			return false, fmt.Errorf("writing %q: %w", file.Path, err)
		}
	}
	if !*dry {
		fmt.Fprintf(c.Stdout, "fixed %d of %s in %s\n", fixed, report.Plural(len(judged.Violations), "finding"), report.Plural(len(files), "file"))
	}
	return false, nil
}

// commits tells the commit to which a model can be pinned: that of the lock, which was
// looked at, or else the one that the registry was read at.
func commits(r *gate.Report, locks *proposal.Locks) fix.Commits {
	read := map[string]string{}
	for _, a := range r.Artifacts {
		if a.Repository != nil {
			read[a.Model.Source+":"+a.Model.String()] = a.Repository.Commit
		}
	}
	return func(id gate.ModelID) (string, bool) {
		entry, _ := locks.Lookup(id)
		commit := cmp.Or(entry.Commit, read[id.Source+":"+id.String()])
		return commit, commit != ""
	}
}

// rewrite puts the new text in the place of the old, whole or not at all, with its mode.
func rewrite(root *os.Root, file fix.File) (err error) {
	name := filepath.FromSlash(file.Path)
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "write", Path: file.Path, Err: fs.ErrInvalid}
	}
	temp := filepath.FromSlash(path.Join(path.Dir(file.Path), ".gate-"+path.Base(file.Path)))
	f, err := root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			root.Remove(temp)
		}
	}()
	_, err = f.Write(file.New)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return root.Rename(temp, name)
}
