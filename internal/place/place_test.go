package place

import (
	"testing"
	"testing/fstest"
)

func TestText(t *testing.T) {
	files := fstest.MapFS{
		"odd!name/a.py": {Data: []byte("odd")},
		"plain.py":      {Data: []byte("plain")},
		"a!b":           {Data: []byte("1")},
		"a%21b":         {Data: []byte("2")},
	}
	for path, want := range map[string]string{
		Of("odd!name/a.py"): "odd",
		Of("plain.py"):      "plain",
		"a%21b":             "", // two files have it
		"gone.py":           "",
	} {
		if got := string(Text(files, path)); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if !Exists(files, Of("odd!name/a.py")) || Exists(files, "gone.py") {
		t.Error("the wrong files are there")
	}
}

func TestOf(t *testing.T) {
	for path, want := range map[string]string{
		"a/b.py": "a/b.py", "hf:a/b:c": "hf%3Aa/b:c", "x!y/z": "x%21y/z",
	} {
		if got := Of(path); got != want || Outermost(got+"!entry") != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}
