package baseline

import (
	"encoding/json"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/place"
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

// fields are the fields of a fact whose type belongs to its check.
func fields(data any) (map[string]any, error) {
	text, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(text, &out)
}
