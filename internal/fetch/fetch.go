// Package fetch downloads a model of the Hub through a quarantine: every byte is compared
// with its digest and scanned before the model appears, whole, in the cache of the Hub's
// own clients (https://huggingface.co/docs/huggingface_hub/guides/manage-cache) or in a
// folder. What a run that was killed had fetched is taken up by the next.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
)

// Options say what is fetched, and where to.
type Options struct {
	Client *hub.Client
	// Repository is the model at the commit that is fetched, Files those of its files.
	Repository *gate.Repository
	Files      []gate.RemoteFile
	// Locked has the digests that hold whatever the Hub says; nil where there are none.
	Locked *gate.Locked
	Target Target
	// Scan judges the files in the quarantine, of which it gets the SHA-256 by path. What
	// it does not allow is refused.
	Scan func(ctx context.Context, files fs.FS, digests map[string]string) (allowed bool, err error)
	// Keep leaves what was refused in the quarantine.
	Keep bool
	// Progress is called from several goroutines with the bytes so far. It may be nil.
	Progress func(done, all int64)
}

// Target is where a model goes that passed: Cache or Folder.
type Target interface {
	// prepare makes what the target needs and chooses the folder of its quarantines.
	prepare() (quarantines string, err error)
	// existing opens a file that may have the bytes of one that is wanted.
	existing(w *want) (*os.File, error)
	// staged is a folder to which promote moves the files first; empty for none.
	staged(run string) string
	// promote lets the files of a quarantine appear, and returns where.
	promote(r *run, wants []*want) (string, error)
}

// Mismatch is a file that is not the one that it should be.
type Mismatch struct {
	Path      string
	Want, Got string
	By        string // what says how the file should be; empty for the lock
}

// Error implements error.
func (m *Mismatch) Error() string {
	by := m.By
	if by == "" {
		by = "the lock"
	}
	return fmt.Sprintf("%q is %s, and by %s it must be %s", m.Path, m.Got, by, m.Want)
}

// Refusal says that the scan did not allow a model.
type Refusal struct{ Kept string } // where it is still; empty: nowhere

// Error implements error.
func (r *Refusal) Error() string { return "the model is refused" }

// Model fetches a model and returns the path at which it is then. Its error is a
// *Mismatch, a *Refusal, what the Hub's client says, or a failure of this machine; in all
// of these cases nothing has appeared at the target.
func Model(ctx context.Context, o Options) (string, error) {
	wants, err := plan(&o)
	if err != nil {
		return "", err
	}
	r, err := begin(o.Repository, o.Target)
	for i := 0; i < 5 && errors.Is(err, fs.ErrNotExist); i++ {
		r, err = begin(o.Repository, o.Target) // another run has just taken the empty folder away
	}
	if err != nil {
		return "", explain(fmt.Errorf("preparing the quarantine: %w", err))
	}
	r.takeUp(wants)
	path, err := r.fetch(ctx, &o, wants)
	var refused *Refusal
	switch {
	case errors.As(err, &refused) && o.Keep:
		refused.Kept = filepath.Join(r.path(), treeDir)
		r.release()
	case resumable(ctx, err):
		r.release()
	default:
		r.remove()
	}
	return path, explain(err)
}

// resumable tells whether a next run can go on with what a failed one has.
func resumable(ctx context.Context, err error) bool {
	var u *gate.Unavailable
	return err != nil && (ctx.Err() != nil || errors.As(err, &u) && u.Reason != gate.ReasonBadAnswer)
}

// fetch downloads, has the files judged, and promotes them.
func (r *run) fetch(ctx context.Context, o *Options, wants []*want) (string, error) {
	if err := r.room(wants); err != nil {
		return "", err
	}
	d := &downloads{run: r, options: o}
	if err := d.all(ctx, wants); err != nil {
		return "", err
	}
	tree, err := r.root.OpenRoot(r.in(treeDir))
	if err != nil {
		return "", err
	}
	digests := map[string]string{}
	for _, w := range wants {
		for _, p := range w.paths {
			digests[p] = w.got
		}
	}
	allowed, err := o.Scan(ctx, tree.FS(), digests)
	tree.Close()
	if err != nil {
		return "", err
	}
	if !allowed {
		return "", &Refusal{}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	path, err := o.Target.promote(r, wants)
	if err != nil {
		return "", fmt.Errorf("promoting the model: %w", err)
	}
	return path, nil
}

// room refuses to begin what the disk cannot hold.
func (r *run) room(wants []*want) error {
	var need int64
	for _, w := range wants {
		need += w.file.Size * int64(len(w.paths))
		if info, err := r.root.Stat(r.part(w)); err == nil {
			need -= min(info.Size(), w.file.Size)
		}
	}
	need += need / 20
	free, known := freeSpace(r.base)
	if known && need > 0 && uint64(need) > free {
		return &fullDisk{fmt.Errorf("%d bytes are needed in %q and %d are free", need, r.base, free)}
	}
	return nil
}

// fullDisk is the end of the space on a disk.
type fullDisk struct{ error }

func (f *fullDisk) Error() string { return "the disk is full: " + f.error.Error() }
func (f *fullDisk) Unwrap() error { return f.error }

// explain says of an error of the system what it means here.
func explain(err error) error {
	var full *fullDisk
	if err != nil && !errors.As(err, &full) && isFull(err) {
		return &fullDisk{err}
	}
	return err
}
