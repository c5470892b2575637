package baseline

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// sort is what a violation has in common with those that it may be told to be: line is 0
// where that does not matter.
type sort struct {
	key   string
	level gate.Level
	line  int
}

// markOld marks the violations that the base has as well: as many of a kind as there.
func markOld(violations, base []gate.Violation, id *identity) {
	had := map[sort]int{}
	for _, v := range base {
		if key, ok := id.of(v, id.base); ok && v.Waived == nil {
			had[sort{key, v.Level, 0}]++
			if v.At.Line > 0 {
				had[sort{key, v.Level, v.At.Line}]++
			}
		}
	}
	keys := make([]string, len(violations)) // empty: new in any case
	for i, v := range violations {
		if key, ok := id.of(v, id.head); ok && v.Waived == nil {
			keys[i] = key
		}
	}
	// Those in the same line go first, so that the new one of several is told right.
	for _, near := range []bool{true, false} {
		for i, v := range violations {
			if keys[i] == "" || v.Old || near && v.At.Line == 0 {
				continue
			}
			line := 0
			if near {
				line = v.At.Line
			}
			violations[i].Old = takes(had, sort{keys[i], v.Level, line})
		}
	}
}

// takes one of a sort, of the same level or, for a warning, of any.
func takes(had map[sort]int, s sort) bool {
	levels := []gate.Level{s.level}
	if s.level == gate.Warn {
		levels = append(levels, gate.Deny)
	}
	for _, level := range levels {
		s.level = level
		if had[s] > 0 {
			had[s]--
			if s.line > 0 {
				had[sort{s.key, level, 0}]--
			}
			return true
		}
	}
	return false
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
		var ok bool
		if region, ok = s.region(v.At); !ok {
			return "", false
		}
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
	files   fs.FS
	lines   map[string][]string
	regions map[lines]string
}

// lines of a file, from one up to another, counted from 0.
type lines struct {
	path     string
	from, to int
}

func newTexts(files fs.FS) *texts {
	return &texts{files, map[string][]string{}, map[lines]string{}}
}

// region names the text of a place, without blanks. One that is longer than any call that
// somebody writes has no name.
func (s *texts) region(at gate.Location) (string, bool) {
	const most = 1000 // lines
	path := place.Outermost(at.Path)
	text, ok := s.lines[path]
	if !ok {
		text = strings.Split(string(place.Text(s.files, path)), "\n")
		s.lines[path] = text
	}
	l := lines{path, min(max(at.Line-1, 0), len(text)), min(max(at.EndLine, at.Line), len(text))}
	if l.to-l.from > most {
		return "", false
	}
	if _, ok := s.regions[l]; !ok {
		plain := strings.Join(strings.Fields(strings.Join(text[l.from:max(l.from, l.to)], " ")), " ")
		s.regions[l] = digest(plain)
	}
	return s.regions[l], true
}

// digest stands for a text that may be long.
func digest(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
