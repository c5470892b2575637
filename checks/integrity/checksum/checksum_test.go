package checksum

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

const (
	abc   = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc"
	other = "0000000000000000000000000000000000000000000000000000000000000000"
)

// folder is a model in the folder m with the weights "abc" and the named lists.
func folder(lists ...string) *gate.Subject {
	s := &gate.Subject{Dir: "m"}
	files := append([]string{"m/w.bin", "abc", "m/sub/x", "abc"}, lists...)
	for i := 0; i < len(files); i += 2 {
		s.Blobs = append(s.Blobs, gate.NewBlob(files[i], int64(len(files[i+1])), strings.NewReader(files[i+1])))
	}
	return s
}

func TestAudit(t *testing.T) {
	for name, test := range map[string]struct {
		list, text string
		want       []gate.Checksum
		kinds      []gate.Kind
	}{
		"same":          {"SHA256SUMS", abc + "  w.bin\n", []gate.Checksum{{Name: "w.bin", Want: abc, Got: abc, State: "same", By: "SHA256SUMS"}}, nil},
		"binary mode":   {"sha256sum.txt", strings.ToUpper(abc) + " *./w.bin\r\n", []gate.Checksum{{Name: "w.bin", Want: abc, Got: abc, State: "same", By: "sha256sum.txt"}}, nil},
		"tagged":        {"SHA256SUMS", "# list\n\nSHA256 (w.bin) = " + abc, []gate.Checksum{{Name: "w.bin", Want: abc, Got: abc, State: "same", By: "SHA256SUMS"}}, nil},
		"alone":         {"w.bin.sha256", abc, []gate.Checksum{{Name: "w.bin", Want: abc, Got: abc, State: "same", By: "w.bin.sha256"}}, nil},
		"differs":       {"w.bin.sha256", other + "  w.bin", []gate.Checksum{{Name: "w.bin", Want: other, Got: abc, State: "differs", By: "w.bin.sha256"}}, nil},
		"missing":       {"SHA256SUMS", abc + "  v.bin", []gate.Checksum{{Name: "v.bin", Want: abc, Got: "", State: "missing", By: "SHA256SUMS"}}, nil},
		"subfolder":     {"SHA256SUMS", abc + "  sub/x\n" + abc + "  else/where", []gate.Checksum{{Name: "sub/x", Want: abc, Got: abc, State: "same", By: "SHA256SUMS"}}, nil},
		"alone in sums": {"SHA256SUMS", abc, nil, []gate.Kind{kindMalformed}},
		"up":            {"SHA256SUMS", abc + "  w.bin\n" + abc + "  ../w.bin", []gate.Checksum{{Name: "w.bin", Want: abc, Got: abc, State: "same", By: "SHA256SUMS"}}, []gate.Kind{kindMalformed}},
		"absolute":      {"SHA256SUMS", abc + "  /etc/passwd", nil, []gate.Kind{kindMalformed}},
		"Windows":       {"SHA256SUMS", abc + `  a\b`, nil, []gate.Kind{kindMalformed}},
		"control":       {"SHA256SUMS", abc + "  a\x1bb", nil, []gate.Kind{kindMalformed}},
		"long":          {"SHA256SUMS", abc + "  " + strings.Repeat("a", 1025), nil, []gate.Kind{kindMalformed}},
		"contradiction": {"SHA256SUMS", abc + "  w.bin\n" + other + "  w.bin", []gate.Checksum{{Name: "w.bin", Want: abc, Got: abc, State: "same", By: "SHA256SUMS"}}, []gate.Kind{kindMalformed}},
		"twice":         {"SHA256SUMS", abc + "  w.bin\n" + abc + "  w.bin", []gate.Checksum{{Name: "w.bin", Want: abc, Got: abc, State: "same", By: "SHA256SUMS"}, {Name: "w.bin", Want: abc, Got: abc, State: "same", By: "SHA256SUMS"}}, nil},
		"no list":       {"SHA256SUMS", "<html>", nil, []gate.Kind{kindMalformed}},
		"many":          {"SHA256SUMS", strings.Repeat(abc+"  a/b\n", maxEntries+1), nil, []gate.Kind{kindMalformed}},
		"another name":  {"notes.txt", "<html>", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Audit(t, Auditor{}, folder("m/"+test.list, test.text))
			if got := checktest.Of[gate.Checksum](r, gate.KindChecksum); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v", got)
			}
			kinds := slices.DeleteFunc(r.Kinds(), func(k gate.Kind) bool { return k == gate.KindChecksum })
			if !slices.Equal(kinds, test.kinds) {
				t.Errorf("got %s", checktest.JSON(r.Evidence))
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	r := checktest.Audit(t, Auditor{}, folder("m/SHA256SUMS", "\n"+abc+"  w.bin\n"+abc+"  v.bin\n"))
	if len(r.Evidence) != 2 || r.Evidence[0].At != (gate.Location{Path: "m/w.bin"}) || r.Evidence[1].At != (gate.Location{Path: "m/SHA256SUMS", Line: 3}) {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errors.New("broken") }

func TestUnread(t *testing.T) {
	s := folder("m/SHA256SUMS", abc+"  w.bin\n"+abc+"  w.bin\n", "m/w.sha256", abc+"  w.bin\n")
	s.Blobs[0] = gate.NewBlob("m/w.bin", 3, failing{})
	r := checktest.Audit(t, Auditor{}, s)
	if got := checktest.Of[gate.Incomplete](r, gate.KindIncomplete); len(r.Evidence) != 1 || len(got) != 1 || r.Evidence[0].At.Path != "m/w.bin" {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
	for _, b := range []*gate.Blob{gate.NewBlob("m/SHA256SUMS", 3, failing{}), gate.NewBlob("m/SHA256SUMS", maxList+1, failing{})} {
		s.Blobs = []*gate.Blob{b}
		if r := checktest.Audit(t, Auditor{}, s); !slices.Equal(r.Kinds(), []gate.Kind{gate.KindIncomplete}) {
			t.Errorf("got %s", checktest.JSON(r.Evidence))
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := &checktest.Record{}
	Auditor{}.Audit(ctx, folder("m/SHA256SUMS", abc+"  w.bin\n"), r)
	if !slices.Equal(r.Kinds(), []gate.Kind{gate.KindIncomplete}) {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(abc+"  w.bin\n", "SHA256SUMS")
	f.Add("SHA256 (a) = "+abc, "a.sha256")
	f.Add(abc, ".sha256")
	f.Fuzz(func(t *testing.T, text, list string) {
		entries, _ := parse(text, list)
		for _, e := range entries {
			if len(e.digest) != 64 || unsafe(e.name) != "" || e.line < 1 {
				t.Errorf("got %+v", e)
			}
		}
	})
}
