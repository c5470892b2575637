package baseline

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/scan"
)

// kindIgnore is what a check states of a comment that asks for a waiver.
const kindIgnore gate.Kind = "policy.ignore"

// unreviewed marks the comments that the change adds, or brings to another line: they waive
// nothing. One is old if the base has it over the same line, as often as the head.
func (b *Baseline) unreviewed() {
	texts := map[string][]string{}
	lines := func(path string) []string {
		if _, ok := texts[path]; !ok {
			texts[path] = strings.Split(string(unix(place.Text(b.repo.Files, path))), "\n")
		}
		return texts[path]
	}
	old := map[string]map[string]int{}
	for i, e := range b.Head.Found.Evidence {
		path := place.Outermost(e.At.Path)
		if e.Kind != kindIgnore || !b.Touched[path] {
			continue
		}
		fact, err := fields(e.Data)
		if err != nil {
			continue
		}
		if old[path] == nil {
			old[path] = b.commented(path, lines(path))
		}
		covered, _ := fact["line"].(float64)
		pair := covering(lines(path), e.At.Line, int(covered))
		if pair == "" || old[path][pair] < 0 {
			fact["added"] = true
			b.Head.Found.Evidence[i].Data = fact
		}
	}
}

// commented counts the lines with their comments in the base, less those in the head: below
// zero where the head has more of them.
func (b *Baseline) commented(path string, head []string) map[string]int {
	count := map[string]int{}
	tally(count, strings.Split(string(unix(place.Text(b.Files, path))), "\n"), 1)
	tally(count, head, -1)
	return count
}

const comment = "gate: ignore["

// tally counts each comment with the line that it covers, whichever that is.
func tally(count map[string]int, lines []string, by int) {
	for i, line := range lines {
		if !strings.Contains(line, comment) {
			continue
		}
		count[covering(lines, i+1, i+1)] += by
		if i+1 < len(lines) {
			count[covering(lines, i+1, i+2)] += by
		}
	}
}

// covering is a comment with the line that it covers, as text. Lines count from 1.
func covering(lines []string, comment, covered int) string {
	if comment < 1 || covered < 1 || max(comment, covered) > len(lines) {
		return ""
	}
	if comment == covered {
		return lines[comment-1]
	}
	return lines[comment-1] + "\n" + lines[covered-1]
}

// byComment tells whether it is a comment that waives a violation.
func byComment(v gate.Violation) bool {
	return v.Waived != nil && v.Waived.ApprovedBy == "in-line comment"
}

// excused is what a comment waives: that one thing of some models.
type excused struct{ rule, model, path, message, loaded string }

func excusedBy(v gate.Violation, loaded map[gate.Location]string) excused {
	models := loaded[gate.Location{Path: v.At.Path, Line: v.At.Line}]
	return excused{v.Rule, v.Model, v.At.Path, position.ReplaceAllString(v.Message, "$1"), models}
}

// loads name the models that references load, by the lines that do.
func loads(refs []gate.Reference) map[gate.Location]string {
	const most = 100 // lines of one call
	names := map[gate.Location][]string{}
	for _, r := range refs {
		bare := r.Model
		bare.Revision = ""
		name := scan.Remote(bare, "")
		for _, at := range append([]gate.Location{r.At}, r.LoadedAt...) {
			for line := at.Line; line <= min(max(at.Line, at.EndLine), at.Line+most); line++ {
				l := gate.Location{Path: at.Path, Line: line}
				names[l] = append(names[l], name)
			}
		}
	}
	out := map[gate.Location]string{}
	for l, list := range names {
		slices.Sort(list)
		out[l] = digest(strings.Join(slices.Compact(list), "\n"))
	}
	return out
}

// uncover opens what a comment of the base covers since the change and did not cover
// before: the line is the same, and what it does may be decided in another.
func (b *Baseline) uncover(violations, was []gate.Violation) {
	reviewed, before, after := map[excused]int{}, loads(b.Was.References), loads(b.Head.Found.References)
	for _, v := range was {
		if byComment(v) {
			reviewed[excusedBy(v, before)]++
		}
	}
	open := map[gate.Location]bool{} // by path and line
	for i, v := range violations {
		if !byComment(v) {
			continue
		}
		key := excusedBy(v, after)
		reviewed[key]--
		if reviewed[key] < 0 {
			violations[i].Waived = nil
			open[gate.Location{Path: v.At.Path, Line: v.At.Line}] = true
		}
	}
	b.propose(open)
}

// propose marks the comments over some lines as what the change asks for, so that another
// judgement of the same facts leaves them aside too.
func (b *Baseline) propose(open map[gate.Location]bool) {
	if len(open) == 0 {
		return
	}
	for i, e := range b.Head.Found.Evidence {
		if e.Kind != kindIgnore {
			continue
		}
		fact, err := fields(e.Data)
		if err != nil {
			continue
		}
		covered, _ := fact["line"].(float64)
		if open[gate.Location{Path: e.At.Path, Line: int(covered)}] {
			fact["added"] = true
			b.Head.Found.Evidence[i].Data = fact
		}
	}
}

// fields are the fields of a fact whose type belongs to its check.
func fields(data any) (map[string]any, error) {
	text, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(text, &out)
}
