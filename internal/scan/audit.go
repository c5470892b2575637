package scan

import (
	"context"
	"io"
	"path"
	"slices"

	"github.com/modelgate/gate"
)

// audit runs the auditors over the files of each folder that holds weights, or of all
// folders of a model.
func (s *scanner) audit(ctx context.Context, files []entry, r *Result) {
	if len(s.opt.Auditors) == 0 {
		return
	}
	folders := map[string][]entry{}
	for _, f := range files {
		d := path.Dir(f.path)
		folders[d] = append(folders[d], f)
	}
	for _, f := range files {
		dir := path.Dir(f.path)
		if group := folders[dir]; group != nil {
			delete(folders, dir)
			if s.opt.Models || slices.ContainsFunc(group, func(e entry) bool { return modelName(e.path) }) {
				out := s.auditFolder(ctx, dir, group)
				r.add(&out)
			}
		}
	}
}

func (s *scanner) auditFolder(ctx context.Context, dir string, group []entry) (out fileResult) {
	subject := &gate.Subject{Dir: dir}
	w := &worker{s: s, out: &out, outer: entry{path: dir}}
	for _, e := range group {
		// That a file cannot be read was stated when it was looked at.
		f := &lazy[opened]{open: func() (opened, error) { return s.opened(e) }}
		defer f.close()
		subject.Blobs = append(subject.Blobs, gate.NewBlob(local(e.path), e.size, f))
	}
	for _, a := range s.opt.Auditors {
		root := gate.NewBlob(dir, 0, io.NewSectionReader(nil, 0, 0))
		rec := &recorder{w: w, ctx: ctx, check: a.Spec().Name, blob: root}
		rec.guarded(dir, func() { a.Audit(ctx, subject, rec) })
	}
	return out
}

// opened is an open file of the tree.
type opened struct {
	io.ReaderAt
	io.Closer
}

func (s *scanner) opened(e entry) (opened, error) {
	f, blob, err := s.open(e)
	if err != nil {
		return opened{}, err
	}
	return opened{blob.ReaderAt, f}, nil
}
