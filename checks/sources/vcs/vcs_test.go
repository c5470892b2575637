package vcs

import (
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestSubmodules(t *testing.T) {
	text := "[submodule \"a\"]\n\tpath = a\n\turl = https://huggingface.co/org/name\n[submodule \"b\"]\n\turl = https://github.com/x/y.git\n" +
		"[submodule \"c\"]\n\turl = git@hf.co:c/d\n[submodule \"e\"]\n\turl = https://huggingface.co/datasets/e/f\n"
	r := checktest.Find(t, Finder{}, ".gitmodules", "", text)
	if len(r.References) != 2 || r.References[0].Model.Key() != "org/name" || r.References[0].At.Line != 3 || r.References[1].Model.Key() != "c/d" {
		t.Errorf("got %s", checktest.JSON(r.References))
	}
}

func TestTransports(t *testing.T) {
	for address, want := range map[string]bool{
		"https://github.com/x/y.git": true, "git@github.com:x/y.git": true, "ssh://git@h/x": true, "../sibling.git": true, "host:path": true,
		"ext::sh -c true": false, "file:///etc": false, "/srv/x.git": false, "ftp://h/x": false, "-oProxyCommand=x:y": false, "C:/x": false,
		"fd::17": false, "transport::address": false,
	} {
		r := checktest.Find(t, Finder{}, ".gitmodules", "", "[submodule \"a\"]\n\tURL = \""+address+"\"\n")
		if got := len(checktest.Of[gate.Unparsed](r, gate.KindUnparsed)) == 0; got != want {
			t.Errorf("%q is ordinary: %v", address, got)
		}
	}
}

func TestPointer(t *testing.T) {
	text := pointer + "oid sha256:" + strings.Repeat("a", 64) + "\nsize 12\n"
	if !(Finder{}).Wants("m.safetensors", []byte(text)) || (Finder{}).Wants("m.png", []byte(text)) || (Finder{}).Wants("m.bin", []byte("x")) {
		t.Error("wants the wrong files")
	}
	r := checktest.Find(t, Finder{}, "w/m.safetensors", "", text)
	if len(r.References) != 1 || !r.References[0].Immutable || r.References[0].At.Line != 2 || r.References[0].Model.Key() != "w/m.safetensors" {
		t.Errorf("got %s", checktest.JSON(r.References))
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, ".gitmodules", "", "url = https://hf.co/a/b", pointer+"oid sha256:a\n")
}
