package spelling

import (
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"deny", "warn", "ignore", "blocked_sources", "approved_sources"}
	for _, c := range []struct {
		word string
		want []string
	}{
		{"dny", []string{"deny"}},
		{"WRAN", []string{"warn"}},
		{"blocked", []string{"blocked_sources"}},
		{"sources", []string{"approved_sources", "blocked_sources"}},
		{"xyzzy", nil},
		{"", nil},
		{strings.Repeat("d", 100), nil},
	} {
		if got := Nearest(c.word, names); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "xbc", 1}, {"abcd", "badc", 2}, {"a", "abcdef", 4}} {
		if got := Distance(c.a, c.b, 3); got != c.want {
			t.Errorf("%q to %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
