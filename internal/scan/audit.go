package scan

import (
	"context"
	"io"
	"io/fs"
	"path"

	"github.com/modelgate/gate"
)

// audit runs the auditors over the files of each folder that holds a model.
func (s *scanner) audit(ctx context.Context, files []entry, r *Result) {
	if len(s.opt.Auditors) == 0 {
		return
	}
	folders := map[string][]entry{}
	for _, f := range files {
		if d := path.Dir(f.path); s.models[d] {
			folders[d] = append(folders[d], f)
		}
	}
	for _, f := range files {
		dir := path.Dir(f.path)
		if group := folders[dir]; group != nil {
			delete(folders, dir)
			out := s.auditFolder(ctx, dir, group)
			r.add(&out)
		}
	}
}

func (s *scanner) auditFolder(ctx context.Context, dir string, group []entry) (out fileResult) {
	subject := &gate.Subject{Dir: dir}
	var open []fs.File
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	w := &worker{s: s, out: &out, outer: entry{path: dir}}
	for _, e := range group {
		f, blob, err := s.open(e)
		if err != nil {
			continue // stated when the file was looked at
		}
		open = append(open, f)
		subject.Blobs = append(subject.Blobs, blob)
	}
	for _, a := range s.opt.Auditors {
		root := gate.NewBlob(dir, 0, io.NewSectionReader(nil, 0, 0))
		rec := &recorder{w: w, ctx: ctx, check: a.Spec().Name, blob: root}
		rec.guarded(dir, func() { a.Audit(ctx, subject, rec) })
	}
	return out
}
