package lock

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// sameCommit compares the files that the registry lists at the locked commit with those of
// the lock: a commit cannot change, so whatever differs was changed behind its back.
func sameCommit(s *gate.Subject, out gate.Recorder) {
	fact := gate.Checksum{Model: s.Model.Key(), Registry: s.Model.Source, By: s.Locked.At.Path}
	pairs(s, func(path string, was, is *gate.RemoteFile) {
		fact.Name, fact.Want, fact.Got = path, "", ""
		switch {
		case is == nil:
			fact.State, fact.Want = "missing", digest(*was)
		case was == nil:
			fact.State, fact.Got = "extra", digest(*is)
		default:
			d := compare(*was, *is)
			switch {
			case d.same:
				return
			case d.unknown:
				out.Emit(gate.KindIncomplete, s.Locked.At, gate.Incomplete{
					Reason: fmt.Sprintf("the registry and the lock have no digest of %q in common", path),
				})
				return
			}
			fact.State, fact.Want, fact.Got = "differs", d.want, d.got
		}
		out.Emit(gate.KindChecksum, s.Locked.At, fact)
	})
}

// movedOn states that a branch or tag is at another commit than the locked one, and which
// files that changes if the registry's list is of that commit.
func movedOn(s *gate.Subject, ref, after string, out gate.Recorder) {
	out.Emit(kindMoved, s.At(), Moved{
		Model: s.Model.Key(), Registry: s.Model.Source, Ref: ref, Before: s.Locked.Commit, After: after,
	})
	if !strings.EqualFold(s.Repository.Commit, after) {
		return
	}
	fact := File{Model: s.Model.Key(), Registry: s.Model.Source}
	pairs(s, func(path string, was, is *gate.RemoteFile) {
		fact.Path, fact.Before, fact.After = path, "", ""
		switch {
		case is == nil:
			fact.Change, fact.Before = "removed", digest(*was)
		case was == nil:
			fact.Change, fact.After = "added", digest(*is)
		default:
			d := compare(*was, *is)
			if d.same {
				return
			}
			fact.Change, fact.Before, fact.After = "changed", d.want, d.got
		}
		out.Emit(kindFile, s.At(), fact)
	})
}

var commit = regexp.MustCompile(`^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$`)

// target is the branch or tag that the code asks for, and the commit at which it is now:
// empty where the code asks for a commit, or where it is not known. The key of the lock has
// the one that is meant where the code names none.
func target(s *gate.Subject) (ref, after string) {
	ref = s.Model.Revision
	if ref == "" {
		ref = s.Locked.Key[strings.LastIndexByte(s.Locked.Key, '@')+1:]
	}
	if commit.MatchString(ref) {
		return "", ""
	}
	if s.Repository.Model.Revision == s.Model.Revision {
		return ref, s.Repository.Commit
	}
	for _, r := range s.Repository.Refs {
		if r.Name == ref {
			return ref, r.Commit
		}
	}
	return ref, ""
}

// pairs visits each path of the lock or of the registry's list, in their order, with the
// file that each has there.
func pairs(s *gate.Subject, visit func(path string, was, is *gate.RemoteFile)) {
	if len(s.Repository.Files) == 0 && len(s.Repository.Notes) > 0 {
		return // the registry did not give its list
	}
	was, is := map[string]*gate.RemoteFile{}, map[string]*gate.RemoteFile{}
	var paths []string
	for i := range s.Locked.Files {
		f := &s.Locked.Files[i].RemoteFile
		was[f.Path], paths = f, append(paths, f.Path)
	}
	for i := range s.Repository.Files {
		f := &s.Repository.Files[i]
		is[f.Path], paths = f, append(paths, f.Path)
	}
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		visit(p, was[p], is[p])
	}
}

// difference is what two descriptions of a file say of each other.
type difference struct {
	want, got     string
	same, unknown bool
}

// compare tells whether two descriptions are of the same bytes. The digest decides if both
// have one, else the git object: the registry computes no digest of a small file.
func compare(was, is gate.RemoteFile) difference {
	sized := func(f gate.RemoteFile) string { return fmt.Sprintf("%d bytes", f.Size) }
	switch {
	case was.Size != is.Size:
		return difference{want: sized(was), got: sized(is)}
	case was.SHA256 != "" && is.SHA256 != "":
		return difference{want: was.SHA256, got: is.SHA256, same: strings.EqualFold(was.SHA256, is.SHA256)}
	case was.Git != "" && is.Git != "":
		return difference{want: "git " + was.Git, got: "git " + is.Git, same: strings.EqualFold(was.Git, is.Git)}
	default:
		return difference{want: digest(was), got: digest(is), unknown: true}
	}
}

// digest is the best name for the bytes of a file.
func digest(f gate.RemoteFile) string {
	switch {
	case f.SHA256 != "":
		return f.SHA256
	case f.Git != "":
		return "git " + f.Git
	default:
		return fmt.Sprintf("%d bytes", f.Size)
	}
}
