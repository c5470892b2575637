package pickle

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSniff(t *testing.T) {
	yes := []string{
		"\x80\x02]q\x00.", "\x80\x04N.", "\x80\x04\x95\x00\x10\x00\x00\x00\x00\x00\x00]\x94(" + strings.Repeat("K\x01", 100),
		gl("os", "system") + "(S'true'\ntR.", gl("os", "system") + ".", "(dp0\nS'a'\np1\nI1\ns.", "(lp0\n.",
		"(S'true'\nios\nsystem\n.", "\x80\x04" + sg("os", "system") + su("true") + "\x85R\xff\xff",
		"\x80\x02X\x00\x10\x00\x00" + strings.Repeat("a", 200), strings.Repeat("N0", 2000),
	}
	for _, s := range yes {
		if !Sniff([]byte(s)) {
			t.Errorf("no pickle: %q", head([]byte(s)))
		}
	}
	no := []string{
		"", ".", "N.", "import os\nos.system('true')\n", "class Foo:\n    pass\n", "{\"a\": [1, 2]}", "[1, 2, 3]", "Index,Name\n1,a\n",
		"Version 1.0\nThis is text.\n", "# a comment\ncos\nsystem\n(S'true'\ntR.\n", "I have a dream.\n", "None\n", "(1). First\n", "Python\n.\n",
		"\x80\x02\x00\x00\x00\x00\x00\x00{\"__metadata__\":{}}", "\x89PNG\r\n\x1a\n", "GIF89a", "PK\x03\x04", "\x1f\x8b\x08", "<html>\n", "cat\ndog\nbird\n",
		"Lorem ipsum dolor sit amet\n", "S is for snake\n", "#!/bin/sh\n", "%PDF-1.4", "Chapter\nOne\n",
	}
	for _, s := range no {
		if Sniff([]byte(s)) {
			t.Errorf("a pickle: %q", s)
		}
	}
}

// TestSniffRandom holds that the bytes of tensors are no pickles.
func TestSniffRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 512)
	hits := 0
	for range 50_000 {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		if Sniff(b) {
			hits++
		}
	}
	if hits > 5 {
		t.Errorf("%d of 50000 random blocks are pickles", hits)
	}
}

func TestStart(t *testing.T) {
	evil := gl("os", "system") + "(S'true'\ntR."
	for s, want := range map[string]int{
		"\xef\xbb\xbf" + evil:                     3,
		strings.Repeat("\x00", 100) + evil:        100,
		"junk\x80\x04" + sg("os", "system") + ".": 4,
		"# comment\n" + evil:                      10,
		"plain text":                              -1,
	} {
		if got := Start([]byte(s), true); got != want {
			t.Errorf("%q starts at %d, want %d", s, got, want)
		}
	}
	if got := Start([]byte("A pickle is:\n"+evil), false); got != -1 {
		t.Errorf("quoted in prose: found at %d", got)
	}
}

func TestSniffLong(t *testing.T) {
	long := []byte("T\x00\x00\x01\x00" + strings.Repeat("a", 1<<16) + "0" + gl("os", "system") + ")R.")
	if !SniffLong(bytes.NewReader(long), long[:4096], int64(len(long))) {
		t.Error("not found behind a long constant")
	}
	if long[len(long)-1] = 'x'; SniffLong(bytes.NewReader(long[:1<<16+5]), long[:4096], 1<<16+5) {
		t.Error("found where there is none")
	}
}
