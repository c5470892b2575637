package archive

import (
	"bytes"
	"testing"
)

func TestNameProblem(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "a": "", "a/b..c/..d": "", "a.b/": "", "..": "parent", "a/../b": "parent", `a\..\b`: "parent", "../": "parent",
		"/a": "absolute", `\a`: "absolute", `\\host\a`: "absolute", "C:a": "drive", "z:/a": "drive", "1:a": "", "a\x00b": "nul", `a\b`: "",
	} {
		if got := NameProblem(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestLinkEscapes(t *testing.T) {
	tests := []struct {
		name, target string
		hard, want   bool
	}{
		{"a", "b", false, false},
		{"a", "..", false, true},
		{"a", "../x", false, true}, // a folder beside the archive's
		{"d/a", "..", false, false},
		{"d/a", "../..", false, true},
		{"d/e/a", "../../b", false, false},
		{"d/e/a", `..\..\..\b`, false, true},
		{"a", "/etc/passwd", false, true},
		{"a", "C:/x", false, true},
		{"d/a", "b", true, false},
		{"d/a", "../b", true, true},
		{"d/a", "d/../b", true, false},
		{"d/a", "/b", true, true},
		{"../a", "b", false, true},
	}
	for _, tt := range tests {
		if got := LinkEscapes(tt.name, tt.target, tt.hard); got != tt.want {
			t.Errorf("%q to %q, hard %v: got %v", tt.name, tt.target, tt.hard, got)
		}
	}
}

func TestHollow(t *testing.T) {
	data := make([]byte, 200<<10)
	data[100<<10] = 1
	r := bytes.NewReader(data)
	if !Hollow(r, 0, 100<<10) || Hollow(r, 0, int64(len(data))) || !Hollow(r, 100<<10+1, int64(len(data))) || !Hollow(r, 5, 5) {
		t.Error("wrong")
	}
}
