package fetch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
)

// want is the bytes of one file, or of several that are the same.
type want struct {
	file   gate.RemoteFile // the first of them, as the Hub lists it
	paths  []string
	etag   string // the name that the Hub has for the bytes: SHA-256, or the git object
	sha256 string // empty where only the git object is known
	by     string // what says so; empty for the lock
	got    string // the SHA-256 once they are here
}

// plan validates all that others wrote before anything is written: names, sizes, digests.
func plan(o *Options) ([]*want, error) {
	id := o.Repository.Model.String()
	odd := func(format string, args ...any) error {
		return &gate.Unavailable{ID: id, Reason: gate.ReasonBadAnswer, Detail: fmt.Sprintf(format, args...)}
	}
	if err := hub.CheckName(o.Repository.Model.Key()); err != nil {
		return nil, odd("%q cannot be the name of a model: %v", id, err)
	}
	if !hub.IsCommit(o.Repository.Commit) {
		return nil, odd("%q is no commit of %s", o.Repository.Commit, id)
	}
	var names []string
	for _, f := range o.Files {
		if err := hub.SafeName(f.Path); err != nil {
			return nil, odd("the file %.200q of %s cannot be written: %v (--exclude leaves it out)", f.Path, id, err)
		}
		names = append(names, f.Path)
	}
	slices.Sort(names)
	if c := hub.Collisions(names); len(c) > 0 {
		return nil, odd("files of %s are one file on some systems: %.300q (--exclude leaves one out)", id, c[0])
	}
	var wants []*want
	byEtag := map[string]*want{}
	for _, f := range o.Files {
		w := &want{file: f, paths: []string{f.Path}, etag: f.SHA256, sha256: f.SHA256, by: "the list of " + o.Client.Endpoint()}
		if w.etag == "" {
			w.etag = f.Git
		}
		if f.Size < 0 || w.etag == "" || strings.Trim(w.etag, "0123456789abcdef") != "" {
			return nil, odd("the Hub states no digest of the file %.200q of %s", f.Path, id)
		}
		if err := w.locked(o.Locked); err != nil {
			return nil, err
		}
		switch known := byEtag[w.etag]; {
		case known == nil:
			byEtag[w.etag] = w
			wants = append(wants, w)
		case known.file.Size != f.Size || known.sha256 != w.sha256:
			return nil, odd("the files %.200q and %.200q of %s have one digest and are different", known.file.Path, f.Path, id)
		default:
			known.paths = append(known.paths, f.Path)
		}
	}
	return wants, nil
}

// locked takes the digests of the lock, and refuses a listing that contradicts them.
func (w *want) locked(l *gate.Locked) error {
	if l == nil {
		return nil
	}
	i := slices.IndexFunc(l.Files, func(f gate.LockedFile) bool { return f.Path == w.file.Path })
	if i < 0 {
		return &Mismatch{Path: w.file.Path, Got: "there", Want: "absent"}
	}
	was, is := l.Files[i], w.file
	sum, object := strings.ToLower(was.SHA256), strings.ToLower(was.Git)
	switch {
	case was.Size != is.Size:
		return &Mismatch{Path: is.Path, Want: fmt.Sprintf("%d bytes", was.Size), Got: fmt.Sprintf("%d bytes", is.Size)}
	case sum != "" && is.SHA256 != "" && sum != is.SHA256:
		return &Mismatch{Path: is.Path, Want: sum, Got: is.SHA256}
	case is.SHA256 == "" && object != "" && object != is.Git:
		return &Mismatch{Path: is.Path, Want: "git " + object, Got: "git " + is.Git}
	case sum != "":
		w.sha256, w.by = sum, ""
	case is.SHA256 == "" && object != "":
		w.by = ""
	}
	return nil
}
