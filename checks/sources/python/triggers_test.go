package python

import (
	"strings"
	"testing"
)

// TestTriggers holds the prefilter to the tables: the callee of a row, or the library that
// must be imported for it, has a trigger in it.
func TestTriggers(t *testing.T) {
	check := func(lib, call string) {
		words := strings.Split(call, ".")
		if !strings.Contains(lib, "*") {
			words = append(words, lib)
		}
		for _, w := range words {
			if !strings.Contains(w, "*") && triggered([]byte(w)) {
				return
			}
		}
		if p, ok := strings.CutSuffix(lib, "*"); ok && triggered([]byte(p+".")) || triggered([]byte(lib+"."+call+"(")) {
			return
		}
		t.Errorf("no trigger for %s of %q", call, lib)
	}
	for _, rows := range byName {
		for _, s := range rows {
			check(s.lib, s.call)
		}
	}
	for _, rows := range loadsByName {
		for _, l := range rows {
			if l.downloaded {
				continue // the download has one
			}
			if l.optional {
				check(l.lib, l.flag)
				continue
			}
			check(l.lib, l.call)
		}
	}
	for _, f := range unsafeFlags {
		check(f.lib, f.flag)
	}
	for r := range runners {
		if !triggered([]byte(r)) {
			t.Errorf("no trigger for %s", r)
		}
	}
	for k := range genericKeywords {
		check("", k)
	}
}

func TestTriggersAreShort(t *testing.T) {
	words := strings.Fields(triggers)
	for i, a := range words {
		for j, b := range words {
			if i != j && strings.Contains(a, b) {
				t.Errorf("trigger %q makes %q needless", b, a)
			}
		}
	}
}
