package fetch

import (
	"context"
	"crypto/sha1" // git names files by it
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"sync"
	"sync/atomic"

	"github.com/modelgate/gate"
)

// atOnce bounds the files in work; the client lets at most four go to one host.
const atOnce = 8

// downloads fills a quarantine.
type downloads struct {
	run         *run
	options     *Options
	done, total atomic.Int64
}

// all gets the bytes of all that is wanted. The first failure ends the others.
func (d *downloads) all(ctx context.Context, wants []*want) error {
	for _, w := range wants {
		d.total.Add(w.file.Size)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(atOnce, len(wants)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(wants) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := d.one(ctx, wants[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// one gets the bytes of one file and puts them at its paths.
func (d *downloads) one(ctx context.Context, w *want) error {
	f, err := d.run.root.OpenFile(d.run.part(w), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	err = d.fill(ctx, w, f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return d.run.place(w)
}

// fill completes a part, from what is there of it, from a file of the target, or from the
// Hub.
func (d *downloads) fill(ctx context.Context, w *want, f *os.File) error {
	t := &transfer{ctx: ctx, file: f, want: w, count: d.count}
	if err := t.rehash(); err != nil {
		return err
	}
	if t.size == 0 {
		if err := d.copyExisting(t); err != nil {
			return err
		}
	}
	taken := t.size > 0
	err := d.download(ctx, t)
	var wrong *Mismatch
	var odd *gate.Unavailable
	if taken && (errors.As(err, &wrong) || errors.As(err, &odd) && odd.Reason == gate.ReasonBadAnswer) {
		// What was taken up may be at fault: only bytes of the Hub alone accuse it.
		if err := t.restart(); err != nil {
			return err
		}
		err = d.download(ctx, t)
	}
	if errors.As(err, &wrong) {
		return errors.Join(err, t.restart())
	}
	if err != nil {
		return err
	}
	return f.Sync()
}

// count reports progress.
func (d *downloads) count(n int64) {
	done := d.done.Add(n)
	if d.options.Progress != nil {
		d.options.Progress(done, d.total.Load())
	}
}

// copyExisting takes the bytes from a file of the target, if it has them.
func (d *downloads) copyExisting(t *transfer) error {
	old, err := d.options.Target.existing(t.want)
	if err != nil {
		return nil // there is none that can be read
	}
	defer old.Close()
	if info, err := old.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() != t.want.file.Size {
		return nil
	}
	if _, err := io.Copy(t, io.LimitReader(old, t.want.file.Size)); err != nil {
		return err
	}
	if t.verify() != nil {
		return t.restart()
	}
	return nil
}

// download gets what is missing from the Hub, and compares the whole.
func (d *downloads) download(ctx context.Context, t *transfer) error {
	w := t.want
	if t.size == w.file.Size && w.file.Size > 0 {
		return t.verify()
	}
	note := d.run.etag(w)
	etag, err := d.run.root.ReadFile(note)
	if err != nil || len(etag) > 1024 {
		etag = nil
	}
	body, err := d.options.Client.Download(ctx, d.options.Repository, w.file, t.size, string(etag))
	if err != nil {
		return err
	}
	defer body.Close()
	if body.Offset() != t.size {
		if err := t.restart(); err != nil {
			return err
		}
	}
	if body.ETag() != string(etag) {
		if err := d.run.root.WriteFile(note, []byte(body.ETag()), 0o600); err != nil {
			return err
		}
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{t}, struct{ io.Reader }{body}, make([]byte, 256<<10)); err != nil {
		return err
	}
	return t.verify()
}

// transfer writes a part and hashes what it writes.
type transfer struct {
	ctx    context.Context
	file   *os.File
	want   *want
	count  func(int64)
	size   int64
	sha256 hash.Hash
	git    hash.Hash // where the Hub has no other digest
}

// Write implements io.Writer.
func (t *transfer) Write(p []byte) (int, error) {
	if err := context.Cause(t.ctx); err != nil {
		return 0, err
	}
	if t.size+int64(len(p)) > t.want.file.Size {
		return 0, fmt.Errorf("%q is longer than %d bytes", t.want.file.Path, t.want.file.Size)
	}
	n, err := t.file.Write(p)
	t.hash(p[:n])
	return n, err
}

func (t *transfer) hash(p []byte) {
	t.sha256.Write(p)
	if t.git != nil {
		t.git.Write(p)
	}
	t.size += int64(len(p))
	t.count(int64(len(p)))
}

// reset begins the digests.
func (t *transfer) reset() {
	t.count(-t.size)
	t.size, t.sha256, t.git = 0, sha256.New(), nil
	if t.want.file.SHA256 == "" {
		t.git = sha1.New()
		fmt.Fprintf(t.git, "blob %d\x00", t.want.file.Size)
	}
}

// rehash reads what an earlier run left, and goes on behind it.
func (t *transfer) rehash() error {
	t.reset()
	info, err := t.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > t.want.file.Size {
		return t.restart()
	}
	buf := make([]byte, 256<<10)
	for {
		n, err := t.file.Read(buf)
		t.hash(buf[:n])
		if err == io.EOF {
			return nil
		}
		if err = errors.Join(err, context.Cause(t.ctx)); err != nil {
			return err
		}
	}
}

// restart empties the part.
func (t *transfer) restart() error {
	t.reset()
	_, err := t.file.Seek(0, io.SeekStart)
	return errors.Join(err, t.file.Truncate(0))
}

// verify compares the whole file with its digests.
func (t *transfer) verify() error {
	w := t.want
	wrong := &Mismatch{Path: w.file.Path, By: w.by}
	if t.size != w.file.Size {
		wrong.Want, wrong.Got = fmt.Sprintf("%d bytes", w.file.Size), fmt.Sprintf("%d bytes", t.size)
		return wrong
	}
	sum := hex.EncodeToString(t.sha256.Sum(nil))
	if w.sha256 != "" && sum != w.sha256 {
		wrong.Want, wrong.Got = w.sha256, sum
		return wrong
	}
	if t.git != nil {
		if object := hex.EncodeToString(t.git.Sum(nil)); object != w.file.Git {
			wrong.Want, wrong.Got = "git "+w.file.Git, "git "+object
			return wrong
		}
	}
	w.got = sum
	return nil
}

// place puts a complete part at its paths.
func (r *run) place(w *want) error {
	part := r.part(w)
	for i := len(w.paths) - 1; i >= 0; i-- {
		to := r.in(treeDir, w.paths[i])
		if err := r.root.MkdirAll(path.Dir(to), 0o755); err != nil {
			return err
		}
		var err error
		if i == 0 {
			err = r.root.Rename(part, to)
		} else {
			err = r.copy(part, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copy makes another file with the same bytes.
func (r *run) copy(from, to string) error {
	in, err := r.root.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := r.root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
