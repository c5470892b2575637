package scan

import (
	"context"
	"crypto/sha1" // git names blobs by it
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/modelgate/gate"
)

type remoteResult struct {
	fileResult
	fetched  int64
	requests int
	silence  string // why the registry gave no bytes, where that has nothing to do with the file
}

// remoteFile inspects one file of a registry by ranges.
func remoteFile(ctx context.Context, s *gate.Subject, f gate.RemoteFile, registry gate.Registry, opt *Online) (out remoteResult) {
	name := Remote(s.Model, f.Path)
	if why := notLoaded(f.Path); why != "" && !slices.ContainsFunc(s.References, func(r gate.Reference) bool { return mayName(r, f.Path) }) {
		out.files = []gate.File{{Path: name, Size: f.Size, SHA256: f.SHA256, State: gate.Unread, Reason: why}}
		out.inspected = 1
		return out
	}
	if f.Size > largeRemote {
		opt.large <- struct{}{} // those who have a place give it back after their limit of time
		defer func() { <-opt.large }()
	}
	timed, cancel := context.WithTimeout(ctx, opt.Limits.FileTime)
	defer cancel()
	w := &worker{
		s: &scanner{opt: Options{Finders: opt.Finders, Inspectors: opt.Inspectors, Limits: opt.Limits, Models: true}, finders: byLanguage(opt.Finders)}, out: &out.fileResult,
		outer: entry{path: name, size: f.Size}, stated: f.SHA256,
	}
	r, err := registry.Open(timed, s.Repository, f)
	if err != nil {
		out.silence = silence(err)
		w.unread(name, f, reason(err))
		return out
	}
	defer r.Close()
	src := &tracked{RemoteReader: r, limit: opt.Limits.Fetched}
	blob := gate.NewBlob(name, f.Size, src)
	blob.Ranged = true
	if len(blob.Head()) > 0 || src.failed() == nil {
		w.inspect(timed, blob, 0, 0)
	}
	if path.Base(f.Path) == adapterConfig && f.Size <= largeRemote {
		w.search(timed, blob)
	}
	if !listed(f, src) {
		w.emit(gate.KindServer, gate.Location{Path: name}, gate.Server{ID: s.Model.Key(), Reason: "gave other bytes than those that it lists"})
	}
	out.fetched, out.requests = r.Fetched()
	for _, odd := range r.Odd() {
		w.emit(gate.KindServer, gate.Location{Path: name}, gate.Server{ID: s.Model.Key(), Reason: odd})
	}
	if err := src.failed(); err != nil {
		out.silence = w.failed(name, f, err)
	}
	if timed.Err() != nil && ctx.Err() == nil {
		w.unread(name, f, "took longer than the limit")
	}
	return out
}

// listed compares a small file with the git object that the registry names, and one of
// which nothing is to be read with the digest of nothing.
func listed(f gate.RemoteFile, src *tracked) bool {
	if f.Size == 0 && len(f.SHA256) == hex.EncodedLen(sha256.Size) {
		return strings.ToLower(f.SHA256) == emptySHA256
	}
	if f.Git == "" || f.SHA256 != "" || f.Size > smallRemote {
		return true
	}
	text := make([]byte, f.Size)
	if n, _ := src.ReadAt(text, 0); int64(n) < f.Size {
		return true // stated as unread
	}
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", f.Size)
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil)) == strings.ToLower(f.Git)
}

const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// adapterConfig names the model to which an adapter belongs, in peft's format.
const adapterConfig = "adapter_config.json"

// smallRemote is how large a file may be that is compared with its git object, because
// the registry states no digest of it.
const smallRemote = 1 << 20

// failed states that the bytes of a file did not come, and takes back that they are
// malformed where that is the only reason.
func (w *worker) failed(name string, f gate.RemoteFile, err error) (silent string) {
	var u *gate.Unavailable
	if errors.As(err, &u) && u.Detail != "" {
		w.out.evidence = slices.DeleteFunc(w.out.evidence, func(e gate.Evidence) bool {
			m, ok := e.Data.(gate.Malformed)
			return ok && strings.Contains(m.Reason, u.Detail)
		})
	}
	w.unread(name, f, "cannot be read to its end: "+reason(err))
	return silence(err)
}

// silence is the reason of a registry that answers no requests at all for now.
func silence(err error) string {
	var u *gate.Unavailable
	if errors.As(err, &u) && (u.Reason == gate.ReasonRateLimited || u.Reason == gate.ReasonNetwork || u.Reason == gate.ReasonBadToken || u.Reason == gate.ReasonGated) {
		return u.Reason
	}
	return ""
}

// quieten states once for all files of a model, but for the first few, that the registry
// answers no more.
func quieten(model gate.ModelID, results []remoteResult) (evidence []gate.Evidence) {
	count := map[string]int{}
	for i, r := range results {
		if r.silence == "" {
			continue
		}
		if count[r.silence]++; count[r.silence] > saidAlone {
			results[i].evidence = slices.DeleteFunc(r.evidence, func(e gate.Evidence) bool { return e.Kind == gate.KindIncomplete })
		}
	}
	for _, why := range slices.Sorted(maps.Keys(count)) {
		if more := count[why] - saidAlone; more > 0 {
			evidence = append(evidence, gate.Evidence{Kind: gate.KindIncomplete, At: gate.Location{Path: Remote(model, "")}, Data: gate.Incomplete{
				Reason: fmt.Sprintf("%d more of its files were not read for the same reason (%s)", more, why),
			}})
		}
	}
	return evidence
}

// saidAlone is the number of files of a model of which it is said one by one that the
// registry does not answer.
const saidAlone = 3

// unread states that a file of a registry was not read.
func (w *worker) unread(name string, f gate.RemoteFile, why string) {
	w.incomplete(name, why, "", 0)
	i := slices.IndexFunc(w.out.files, func(x gate.File) bool { return x.Path == name })
	if i < 0 {
		w.out.files = append(w.out.files, gate.File{Path: name, Size: f.Size, SHA256: f.SHA256})
		i = len(w.out.files) - 1
	}
	w.out.files[i].State, w.out.files[i].Reason = gate.Unread, why
	for i, e := range w.out.evidence {
		if fact, ok := e.Data.(gate.FileFact); ok && e.At.Path == name {
			fact.State, fact.Reason = gate.Unread, why
			w.out.evidence[i].Data = fact
		}
	}
}

// tracked keeps the first error of a remote file, and its budget of bytes.
type tracked struct {
	gate.RemoteReader
	limit int64

	mu  sync.Mutex
	err error
}

// ReadAt implements io.ReaderAt.
func (t *tracked) ReadAt(p []byte, off int64) (int, error) {
	if n, _ := t.Fetched(); n > t.limit {
		t.keep(fmt.Errorf("more than %d bytes of it would have to be fetched: download it and scan the folder", t.limit))
		return 0, t.failed()
	}
	n, err := t.RemoteReader.ReadAt(p, off)
	if err != nil && err != io.EOF {
		t.keep(err)
	}
	return n, err
}

func (t *tracked) keep(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

func (t *tracked) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// pictures are files that no loader of models reads: each costs a request to look at.
var pictures = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".mp4", ".wav", ".mp3", ".flac", ".ogg", ".pdf"}

// notLoaded says why a file of a registry is not looked at, or nothing.
func notLoaded(p string) string {
	if base := path.Base(p); base == ".gitattributes" || base == ".gitignore" {
		return "is for git only"
	}
	if slices.Contains(pictures, strings.ToLower(path.Ext(p))) {
		return "is a picture or a recording by its name, which no loader reads"
	}
	return ""
}
