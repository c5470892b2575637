package golang

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = `package main

import "github.com/knights-analytics/hugot"
import "github.com/gomlx/go-huggingface/hub"

const id = "a/b"

func main() {
	hugot.DownloadModel(ctx, "org/name:onnx", "./models", opts)
	hub.New(id).WithRevision("v1")
	other.New("c/d") // hub.New("e/f")
}
`

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "main.go", "", file)
	var got []string
	for _, ref := range r.References {
		got = append(got, fmt.Sprintf("%d %s [%s] %s", ref.At.Line, ref.Model, ref.Loader, ref.Resolution))
	}
	want := "9 org/name [hugot.DownloadModel] literal\n6 a/b@v1 [hub.New] resolved"
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "main.go", "", file, "go-huggingface hub.New(x).WithRevision(")
}
