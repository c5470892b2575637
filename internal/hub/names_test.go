package hub

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestIDTime(t *testing.T) {
	for id, want := range map[string]time.Time{
		"621ffdc036468d709f17434d": time.Date(2022, 3, 2, 23, 29, 4, 0, time.UTC),
		"664e3ef36bc1025819154a01": time.Date(2024, 5, 22, 18, 52, 35, 0, time.UTC),
		"ffffffff6bc1025819154a01": time.Date(2106, 2, 7, 6, 28, 15, 0, time.UTC),
		"":                         {}, "664e3ef3": {}, "664E3EF36BC1025819154A01": {}, "zz4e3ef36bc1025819154a01": {},
	} {
		if got := IDTime(id); !got.Equal(want) {
			t.Errorf("%s: %v", id, got)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, good := range map[string]bool{
		"gpt2": true, "meta-llama/Llama-3.1-8B": true, "a/b_": true, "01-ai/Yi": true, "_a/b": true,
		"": false, "/": false, "a/": false, "/a": false, "a/b/c": false, "a--b": false, "a..b": false, "a.git": false,
		"-a": false, "a-": false, ".a": false, "a.": false, "a b": false, "a\x00": false, "a%2fb": false, "é": false,
		strings.Repeat("a", 96): true, strings.Repeat("a", 97): false,
	} {
		if err := CheckName(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestSafeName(t *testing.T) {
	for _, good := range []string{
		"config.json", "onnx/model.onnx", "a b/c d.txt", ".gitattributes", ".gitignore", "модель.bin", "console.txt", "com10", "COM", "auxiliary/nul_model",
		"a/" + strings.Repeat("b", 255), "...a", "é", "a~1",
	} {
		if err := SafeName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "/", "/etc/passwd", "//server/share", `\\server\share`, `a\b`, "..", "../a", "a/../b", "a/..", ".", "./a", "a/./b", "a//b", "a/",
		"C:/a", "C:a", "a:b", "file.txt:stream", "a\x00b", "a\nb", "a\x7f", "a\u0085", "a\u202eb", "a\u200bb", "a\u2028b", "\xff",
		"a.", "a ", "a./b", "a /b", "...", "CON", "con.txt", "a/Nul", "nul .txt", "COM1", "com¹.log", "LPT9.x.y", "conin$", "aux.h",
		".git", ".GIT/config", "a/.git/hooks/x", ".cache/huggingface/x", "a/.Cache/x", "a?", "a*", "a|b", "<a>", `"a"`,
		strings.Repeat("a", 256), strings.Repeat("a/", 70) + "a", strings.Repeat(strings.Repeat("a", 200)+"/", 6) + "a",
	} {
		if err := SafeName(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// FuzzSafeName: what is safe is a clean path below a folder, here at least.
func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"a/b", "../a", "a\\..\\b", "C:x", "a/./b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if SafeName(name) != nil {
			return
		}
		if !filepath.IsLocal(name) || path.Clean(name) != name || !fs.ValidPath(name) {
			t.Errorf("%q is taken", name)
		}
		if c := Collisions([]string{name}); len(c) > 0 {
			t.Errorf("%q collides with itself: %q", name, c)
		}
	})
}

func TestCollisions(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"a", "b", "dir/a", "dir/b"}, "[]"},
		{[]string{"Config.json", "config.json"}, "[[Config.json config.json]]"},
		{[]string{"caf\u00e9", "cafe\u0301"}, "[[cafe\u0301 caf\u00e9]]"},
		{[]string{"Stra\u00dfe", "STRASSE"}, "[[STRASSE Stra\u00dfe]]"},
		{[]string{"a/x", "A/y", "A/z"}, "[[A/y A/z a/x]]"},
		{[]string{"a", "a/b"}, "[[a a/b]]"},
		{[]string{"a/b", "A"}, "[[A a/b]]"},
		{[]string{"same", "same"}, "[[same]]"},
	} {
		if got := fmt.Sprint(Collisions(c.names)); got != c.want {
			t.Errorf("%q: %s, want %s", c.names, got, c.want)
		}
	}
}
