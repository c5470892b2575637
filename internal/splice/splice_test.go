package splice

import "testing"

func TestBuilder(t *testing.T) {
	outer := "MODEL: org/it's\nargs: [a, b]"
	var b Builder
	b.Fixed("export M=", 0)
	b.Quote(Plain("org/it's", 7))
	got := b.Text()
	if got.S != `export M='org/it'\''s'` {
		t.Errorf("got %q", got.S)
	}
	for word, want := range map[string]int{"org": 7, "s'": 14} {
		i := len(got.S) - 2
		if word == "org" {
			i = 10
		}
		if at, _ := got.Span(i, i+1); at != want || outer[at] != word[0] {
			t.Errorf("%q stands at %d, want %d", word, at, want)
		}
	}
	cut := got.Slice(10, 16)
	if cut.S != "org/it" || cut.Map.Outer(4) != 11 {
		t.Errorf("slice %q at %d", cut.S, cut.Map.Outer(4))
	}
}

func TestAlign(t *testing.T) {
	raw := "\n    vllm serve\n      org/name"
	got := Align("vllm serve org/name\n", raw, 100)
	if at, end := got.Span(11, 19); raw[at-100:end-100] != "org/name" {
		t.Errorf("org/name at %d-%d", at, end)
	}
	got = Align("a\tb org/x", `a\tb org/x`, 0)
	if at, _ := got.Span(4, 9); at != 5 {
		t.Errorf("org/x at %d", at)
	}
}
