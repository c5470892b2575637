package scan

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

// kiosk is a registry with one model, whose files are as it lists them.
type kiosk struct {
	files []gate.RemoteFile
	text  map[string]string
	why   string // it gives no bytes, for that reason
}

func (k kiosk) Repository(_ context.Context, id gate.ModelID) (*gate.Repository, error) {
	return &gate.Repository{Model: id, Name: id.Key(), Commit: strings.Repeat("a", 40), Files: k.files}, nil
}

func (k kiosk) Open(_ context.Context, _ *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	if k.why != "" {
		return nil, &gate.Unavailable{ID: "acme/tiny", Reason: k.why, Detail: "closed"}
	}
	return &book{Reader: *bytes.NewReader([]byte(k.text[f.Path]))}, nil
}

func look(t *testing.T, k kiosk, refs ...gate.Reference) *Found {
	t.Helper()
	found, err := Models(t.Context(), refs, Online{Inspectors: []checks.Inspector{box{}}, Registries: map[string]gate.Registry{"hf": k, "url": k}})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func reasons(f *Found) (out []string) {
	for _, e := range f.Evidence {
		switch d := e.Data.(type) {
		case gate.Incomplete:
			out = append(out, e.At.Path+": "+d.Reason)
		case gate.Unavailable:
			out = append(out, e.At.Path+": "+d.Reason+": "+d.Detail)
		case gate.Server:
			out = append(out, e.At.Path+": "+d.Reason)
		}
	}
	return out
}

func download(name, folder string) gate.Reference {
	r := use("acme/tiny", 1, gate.InCode)
	r.Loader, r.Args = "huggingface_hub.hf_hub_download", map[string]string{"filename": name, "subfolder": folder}
	return r
}

func TestNoFiles(t *testing.T) {
	if got := reasons(look(t, kiosk{}, use("acme/tiny", 1, gate.InCode))); !slices.Equal(got, []string{"hf:acme/tiny: its registry lists no file of it"}) {
		t.Errorf("got %q", got)
	}
}

// TestFilesAskedFor names files that the registry lists, and some that it does not.
func TestFilesAskedFor(t *testing.T) {
	files := []gate.RemoteFile{{Path: "a.pkl"}, {Path: "sub/my weights.pkl"}}
	gone := func(name string) []string {
		return []string{fmt.Sprintf("app.py: entry: the registry lists no file %q, which huggingface_hub.hf_hub_download asks for", name)}
	}
	for _, tt := range []struct {
		name, folder string
		want         []string
		loaded       string // each file: y, n or ?
	}{
		{"a.pkl", "", nil, "yn"},
		{"my weights.pkl", "sub", nil, "ny"},
		{"sub/my weights.pkl", "", nil, "ny"},
		{"my weights.pkl", "?", nil, "nn"},
		{"./a.pkl", "", gone("./a.pkl"), "?n"},
		{"x/../a.pkl", "", gone("x/../a.pkl"), "?n"},
		{"A.pkl", "", gone("A.pkl"), "nn"},
		{"b.pkl", "sub", gone("sub/b.pkl"), "nn"},
		{"*.pkl", "", nil, "yy"},
		{"?", "", nil, "??"},
	} {
		r := download(tt.name, tt.folder)
		if got := reasons(look(t, kiosk{files: files}, r)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q", tt.name, got)
		}
		loaded := ""
		for _, f := range files {
			loaded += map[string]string{"yes": "y", "no": "n", "unknown": "?"}[loadedBy(r, f.Path, files)]
		}
		if loaded != tt.loaded {
			t.Errorf("%s in %q loads %s", tt.name, tt.folder, loaded)
		}
	}
}

// TestPicture looks at what has the name of a picture where the code loads it.
func TestPicture(t *testing.T) {
	at := use("", 1, gate.InCode)
	at.Model = gate.ModelID{Source: "url", URL: "https://example.com/weights.png"}
	k := kiosk{files: []gate.RemoteFile{{Path: "weights.png", Size: 4}}, text: map[string]string{"weights.png": "box\n"}}
	for _, tt := range []struct {
		ref  gate.Reference
		want gate.State
	}{{use("acme/tiny", 1, gate.InCode), gate.Unread}, {download("weights.png", ""), gate.Unproven}, {download("?", ""), gate.Unproven}, {download("other.png", ""), gate.Unread}, {at, gate.Unproven}} {
		if got := look(t, k, tt.ref).Artifacts[0].Files[0]; got.State == gate.Unread != (tt.want == gate.Unread) {
			t.Errorf("%s: %+v", tt.ref.Loader, got)
		}
	}
}

// TestNothing compares a file that is listed as empty with its digest.
func TestNothing(t *testing.T) {
	digest := strings.Repeat("1", 64)
	k := kiosk{files: []gate.RemoteFile{{Path: "a.txt", SHA256: emptySHA256}, {Path: "b.txt", SHA256: digest}}}
	if got := reasons(look(t, k, use("acme/tiny", 1, gate.InCode))); !slices.Equal(got, []string{"hf:acme/tiny/b.txt: gave other bytes than those that it lists"}) {
		t.Errorf("got %q", got)
	}
}

// TestSilence says a few times and then once that the registry gives no bytes.
func TestSilence(t *testing.T) {
	k := kiosk{why: gate.ReasonRateLimited}
	for i := range 9 {
		k.files = append(k.files, gate.RemoteFile{Path: fmt.Sprintf("%d.zip", i), Size: 4})
	}
	found := look(t, k, use("acme/tiny", 1, gate.InCode))
	want := []string{"hf:acme/tiny: 6 more of its files were not read for the same reason (rate_limited)", "hf:acme/tiny/0.zip: closed", "hf:acme/tiny/1.zip: closed", "hf:acme/tiny/2.zip: closed"}
	if got := reasons(found); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, f := range found.Artifacts[0].Files {
		if f.State != gate.Unread {
			t.Errorf("%+v", f)
		}
	}
	k.why = gate.ReasonBadAnswer
	if got := reasons(look(t, k, use("acme/tiny", 1, gate.InCode))); len(got) != 9 {
		t.Errorf("got %q", got)
	}
}

// bank is a kiosk that counts the files that are open.
type bank struct {
	kiosk
	now, most *atomic.Int64
}

func (b bank) Open(ctx context.Context, r *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	if n := b.now.Add(1); n > b.most.Load() {
		b.most.Store(n)
	}
	time.Sleep(2 * time.Millisecond)
	reader, err := b.kiosk.Open(ctx, r, f)
	return account{reader, b.now}, err
}

type account struct {
	gate.RemoteReader
	now *atomic.Int64
}

func (a account) Close() error {
	a.now.Add(-1)
	return a.RemoteReader.Close()
}

// TestLargeFiles does not open all large files of all models at once.
func TestLargeFiles(t *testing.T) {
	b := bank{now: new(atomic.Int64), most: new(atomic.Int64)}
	for i := range 20 {
		b.files = append(b.files, gate.RemoteFile{Path: fmt.Sprintf("%d.zip", i), Size: largeRemote + 1})
	}
	var refs []gate.Reference
	for i := range 3 {
		refs = append(refs, use(fmt.Sprintf("acme/m%d", i), i+1, gate.InCode))
	}
	found, err := Models(t.Context(), refs, Online{Inspectors: []checks.Inspector{box{}}, Registries: map[string]gate.Registry{"hf": b}})
	if err != nil || len(found.Artifacts) != 3 || b.most.Load() > largeAtOnce || b.now.Load() != 0 {
		t.Errorf("%d at once, %d left, %v", b.most.Load(), b.now.Load(), err)
	}
}
