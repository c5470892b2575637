package watch

import (
	"cmp"
	"slices"
)

// Severities are the words for alerts, as the options of the rule watch-alert have them.
type Severities struct {
	Critical, High, Medium, Low []string
	// Escalate is the number of runs in a row that may fail before that is high.
	Escalate int
}

// words are the severities from the worst.
var words = []string{"critical", "high", "medium", "low"}

// Of is the severity of an alert: the worst whose list has its type, or high where none
// has.
func (s *Severities) Of(a *Alert) string {
	switch {
	case slices.Contains(s.Critical, a.Type):
		return "critical"
	case slices.Contains(s.High, a.Type):
		return "high"
	case a.Type == checkFailed && a.Runs >= s.Escalate && s.Escalate > 0:
		return "high"
	case slices.Contains(s.Medium, a.Type):
		return "medium"
	case slices.Contains(s.Low, a.Type):
		return "low"
	}
	return "high"
}

// bySeverity is a copy of alerts with the worst first.
func (s *Severities) bySeverity(alerts []Alert) []Alert {
	at := func(a *Alert) int { return slices.Index(words, s.Of(a)) }
	return slices.SortedStableFunc(slices.Values(alerts), func(a, b Alert) int { return cmp.Compare(at(&a), at(&b)) })
}
