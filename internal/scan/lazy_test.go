package scan

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

// reading is an auditor that reads the files of one name, and keeps what it saw.
type reading struct {
	name string
	saw  *[]string
}

func (reading) Spec() gate.Spec { return gate.Spec{Name: "reading"} }

func (a reading) Audit(_ context.Context, s *gate.Subject, _ gate.Recorder) {
	for _, b := range s.Blobs {
		if strings.HasSuffix(b.Path, a.name) {
			*a.saw = append(*a.saw, b.Path+" "+string(b.Head()))
		}
	}
}

// counter is a registry that counts how its files are opened and closed.
type counter struct {
	shelf
	opened, closed *[]string
}

func (c counter) Open(ctx context.Context, r *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	*c.opened = append(*c.opened, f.Path)
	reader, err := c.shelf.Open(ctx, r, f)
	return closing{reader, f.Path, c.closed}, err
}

type closing struct {
	gate.RemoteReader
	name   string
	closed *[]string
}

func (c closing) Close() error {
	*c.closed = append(*c.closed, c.name)
	return c.RemoteReader.Close()
}

// TestRemoteFilesAreOpenedWhenRead opens only what an auditor reads, once, and closes it.
func TestRemoteFilesAreOpenedWhenRead(t *testing.T) {
	var opened, closed, saw []string
	registry := counter{shelf{models: map[string]map[string]string{"acme/tiny": {"a.png": "A", "b.png": "B", "sub/a.png": "C"}}}, &opened, &closed}
	found, err := Models(t.Context(), []gate.Reference{use("acme/tiny", 1, gate.InCode)}, Online{
		Auditors: []checks.Auditor{reading{"a.png", &saw}, reading{"a.png", &saw}}, Registries: map[string]gate.Registry{"hf": registry},
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(opened)
	slices.Sort(closed)
	if want := []string{"a.png", "sub/a.png"}; !slices.Equal(opened, want) || !slices.Equal(closed, want) {
		t.Errorf("opened %q, closed %q", opened, closed)
	}
	if len(saw) != 4 || !slices.Contains(saw, "hf:acme/tiny/a.png A") {
		t.Errorf("saw %q", saw)
	}
	if a := found.Artifacts[0]; a.Requests != 2 || a.Fetched != 2 {
		t.Errorf("%d requests, %d bytes", a.Requests, a.Fetched)
	}
}

// TestRemoteFilesThatCannotBeRead states what an auditor could not read, once.
func TestRemoteFilesThatCannotBeRead(t *testing.T) {
	for why, want := range map[string]string{
		"open": "hf:acme/tiny/a.png: cannot be read to its end: no way",
		"read": "hf:acme/tiny/a.png: cannot be read to its end: the line was cut",
		"odd":  "hf:acme/tiny/a.png: ignored the range",
	} {
		var saw []string
		registry := shelf{models: map[string]map[string]string{"acme/tiny": {"a.png": "A"}}, broken: map[string]string{"a.png": why}}
		found, err := Models(t.Context(), []gate.Reference{use("acme/tiny", 1, gate.InCode)}, Online{
			Auditors: []checks.Auditor{reading{"a.png", &saw}, reading{"a.png", &saw}}, Registries: map[string]gate.Registry{"hf": registry},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := reasons(found); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q", why, got)
		}
	}
}

// TestFoldersThatAreAudited audits folders with weights, and all folders of a model.
func TestFoldersThatAreAudited(t *testing.T) {
	files := fstest.MapFS{"m/model.safetensors": {Data: []byte("x")}, "m/config.json": {Data: []byte("{}")}, "docs/config.json": {Data: []byte("[]")}}
	for models, want := range map[bool][]string{false: {"m/config.json {}"}, true: {"docs/config.json []", "m/config.json {}"}} {
		var saw []string
		if _, err := Tree(t.Context(), files, Options{Auditors: []checks.Auditor{reading{"config.json", &saw}}, Models: models}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(saw, want) {
			t.Errorf("of a model %v: saw %q", models, saw)
		}
	}
}
