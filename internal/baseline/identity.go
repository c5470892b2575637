package baseline

import (
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// markOld marks the violations that the base has as well: as many of a kind as there.
func markOld(violations, base []gate.Violation, id *identity) {
	had := map[string][]gate.Violation{}
	for _, v := range base {
		if key, ok := id.of(v, id.base); ok && v.Waived == nil {
			had[key] = append(had[key], v)
		}
	}
	// Those in the same line go first, so that the new one of several is told right.
	for _, near := range []bool{true, false} {
		for i, v := range violations {
			key, ok := id.of(v, id.head)
			if !ok || v.Waived != nil || v.Old {
				continue
			}
			at := slices.IndexFunc(had[key], func(o gate.Violation) bool { return !near || o.At.Line == v.At.Line })
			if at >= 0 && (v.Level == had[key][at].Level || v.Level == gate.Warn) {
				violations[i].Old = true
				had[key] = slices.Delete(had[key], at, at+1)
			}
		}
	}
}

// identity tells a violation from others across commits: lines move, and models are taken
// at other revisions.
type identity struct {
	head, base *texts
	touched    map[string]bool     // files that differ
	names      map[string]string   // of models in locations, with and without their revision
	order      []string            // the names, longest first
	revs       map[string][]string // "@" and revision, by the id of the model
}

func identities(refs []gate.Reference, b *Baseline) *identity {
	id := &identity{names: map[string]string{}, revs: map[string][]string{}}
	if b != nil {
		id.head, id.base, id.touched = newTexts(b.repo.Files), newTexts(b.Files), b.Touched
	}
	for _, r := range refs {
		if name := scan.Remote(r.Model, ""); run.Lockable(r) && id.names[name] == "" {
			bare := r.Model
			bare.Revision = ""
			id.names[name] = scan.Remote(bare, "")
			id.order = append(id.order, name)
			if r.Model.Revision != "" {
				id.revs[r.Model.Key()] = append(id.revs[r.Model.Key()], "@"+r.Model.Revision)
			}
		}
	}
	longest := func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) }
	slices.SortFunc(id.order, longest)
	for _, list := range id.revs {
		slices.SortFunc(list, longest)
	}
	return id
}

var position = regexp.MustCompile(`\b(line|column|byte|offset) [0-9]+`)

// of is the identity of a violation. One in a file that the change touches has none, unless
// it stands in lines of text: then those are a part of it, since another line is another
// finding.
func (id *identity) of(v gate.Violation, s *texts) (string, bool) {
	path, region := v.At.Path, ""
	switch {
	case v.At.Remote():
		path = id.bare(path)
	case id.touched[place.Outermost(path)]:
		if v.At.Line == 0 || path != place.Outermost(path) {
			return "", false
		}
		region = s.region(v.At)
	}
	message := position.ReplaceAllString(v.Message, "$1")
	for _, rev := range id.revs[v.Model] {
		message = strings.ReplaceAll(message, rev, "")
	}
	return strings.Join([]string{v.Rule, v.Model, path, message, region}, "\x00"), true
}

// bare is a place in a model without its revision.
func (id *identity) bare(path string) string {
	for _, name := range id.order {
		if rest, ok := strings.CutPrefix(path, name); ok && (rest == "" || rest[0] == '/') {
			return id.names[name] + rest
		}
	}
	return path
}

// texts are the lines of files in one state of the repository.
type texts struct {
	files fs.FS
	lines map[string][]string
}

func newTexts(files fs.FS) *texts { return &texts{files, map[string][]string{}} }

// region is the text of a place, without blanks.
func (s *texts) region(at gate.Location) string {
	const most = 50 // lines
	path := place.Outermost(at.Path)
	lines, ok := s.lines[path]
	if !ok {
		lines = strings.Split(string(place.Text(s.files, path)), "\n")
		s.lines[path] = lines
	}
	from := min(max(at.Line-1, 0), len(lines))
	to := min(max(at.EndLine, at.Line), from+most, len(lines))
	return strings.Join(strings.Fields(strings.Join(lines[from:max(from, to)], " ")), " ")
}
