// Package pickle inspects Python pickles, with the raw arrays that joblib puts between
// opcodes, and the files that torch.save wrote before 1.6: five pickles and the bytes of
// the storages. What a stream does is told by internal/pickle; here the streams of a
// file are found and every byte is accounted for.
package pickle

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/pickle"
)

// The names of the formats that are reported.
const (
	formatPickle = "pickle"
	formatJoblib = "joblib"
	formatTorch  = "torchlegacy"
)

// Inspector inspects pickles. Lists are the globals that are known; nil are the built-in
// ones.
type Inspector struct {
	Lists *pickle.Lists
}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	emits := pickle.Kinds()
	emits[kindStorage] = Storage{}
	return gate.Spec{
		Name:  formatPickle,
		Doc:   "Python pickles, joblib files and torch checkpoints of before 1.6",
		Emits: emits,
	}
}

// extensions are those that only pickles have: what they name must be one.
var extensions = map[string]bool{
	".pkl": true, ".pickle": true, ".joblib": true, ".dill": true, ".cloudpickle": true, ".pck": true, ".pcl": true,
}

// Wants implements checks.Inspector. A pickle is known by its content wherever it
// stands; a file that is called one and is something else is said to be malformed here,
// unless it is a container that another inspector reads.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false // as opcodes: a persistent id, which ordinary loaders refuse
	}
	if pickle.Start(head, false) == 0 {
		return true
	}
	if contained(head) {
		return false
	}
	named := extensions[strings.ToLower(path.Ext(b.Path))]
	return named || pickle.Start(head, loose(b.Path)) >= 0 || pickle.SniffLong(b, head, b.Size)
}

// loose tells whether a text pickle is looked for behind other text: not in files that
// may quote one.
func loose(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".pkl", ".pickle", ".joblib", ".bin", ".pt", ".pth", ".ckpt", ".dat", ".model", ".sav", ".p":
		return true
	}
	return false
}

// magics begin containers whose own inspectors find the pickles inside, and formats
// that hold none.
var magics = []string{
	"PK\x03\x04", "PK\x05\x06", "\x1f\x8b", "BZh", "\xfd7zXZ", "7z\xbc\xaf\x27\x1c", "\x28\xb5\x2f\xfd", "\x04\x22\x4d\x18",
	"\x5d\x00\x00", "\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda", "ZF", "\x93NUMPY", "\x89HDF", "GGUF", "\x7fELF", "\x89PNG", "GIF8", "\xff\xd8\xff", "%PDF", "RDX",
}

func contained(head []byte) bool {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m)) {
			return true
		}
	}
	return len(head) > 262 && string(head[257:262]) == "ustar"
}

// file is one inspection.
type file struct {
	ctx     context.Context
	blob    *gate.Blob
	cur     *binary.Cursor
	out     gate.Recorder
	lists   *pickle.Lists
	all     *pickle.Result // of all streams
	streams int
	gaps    bool // bytes belong to no stream
	format  string
	problem string // why the file is not proven, besides the grammar
}

// Inspect implements checks.Inspector.
func (i Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	f := &file{
		ctx: ctx, blob: b, out: out, lists: i.Lists, format: formatPickle,
		cur: binary.NewCursor(b, 0, b.Size),
	}
	start := pickle.Start(b.Head(), loose(b.Path))
	if start != 0 && (start < 0 || f.run(0, true).Stopped) {
		start = 0
	}
	if start > 0 {
		f.gap("before", 0, int64(start))
	}
	f.read(int64(start))
	if f.format != formatTorch && len(f.all.Persistent) > 0 {
		f.problem = "ids that another file resolves"
	}
	pickle.Emit(f.all, out)
	f.children()
	f.state()
}

// read runs the streams of the file one after the other.
func (f *file) read(at int64) {
	f.all = f.stream(at)
	first := []*pickle.Result{f.all.Summary()}
	for f.all.Stopped && f.all.Malformed == "" && f.ctx.Err() == nil {
		if f.torch(first) || f.cur.Remaining() == 0 {
			return
		}
		if f.streams >= mostStreams {
			f.all.Incomplete = append(f.all.Incomplete, gate.Incomplete{
				Reason: "pickle: more streams than are read", Budget: "entries", Limit: mostStreams,
			})
			return
		}
		next := f.next()
		if next == nil {
			return
		}
		if len(first) < 5 {
			first = append(first, next.Summary())
		}
		f.all.Merge(next)
	}
	if f.ctx.Err() == nil {
		f.behind()
	}
}

// behind looks at a stream behind one that broke or was given up. A load stops where a
// stream breaks; what was given up goes on, so that nothing is said of the bytes between.
func (f *file) behind() {
	at := f.cur.Offset()
	found := f.search(at)
	if found < 0 {
		return
	}
	if f.all.Malformed != "" {
		f.gap("between", at, found-at)
	}
	f.all.Merge(f.stream(found))
}

func (f *file) stream(at int64) *pickle.Result {
	r := f.run(at, true)
	f.streams++
	if len(r.Arrays) == 0 {
		return r
	}
	f.format = formatJoblib
	end := f.cur.Offset()
	// pickle.load, unlike joblib.load, takes the bytes of the arrays for opcodes.
	plain := f.run(at, false)
	r.AddCalls(plain, r.Arrays[0].Offset)
	f.seek(end)
	return r
}

func (f *file) run(at int64, joblib bool) *pickle.Result {
	f.seek(at)
	return pickle.Run(f.ctx, f.cur, pickle.Options{Lists: f.lists, Joblib: joblib})
}

// seek moves to an offset inside the file.
func (f *file) seek(at int64) {
	if err := f.cur.SeekTo(at); err != nil {
		f.problem = "an offset outside of the file"
	}
}

// next runs what stands behind a stream: another stream, or one behind a gap. It is nil
// where no further stream is found; the rest is then stated as trailing.
func (f *file) next() *pickle.Result {
	at := f.cur.Offset()
	r := f.stream(at)
	if r.Stopped || len(r.Imports) > 0 || len(r.Calls) > 0 || len(r.Extensions) > 0 {
		return r
	}
	f.seek(at)
	found := f.search(at)
	if found < 0 {
		f.gap("behind", at, f.blob.Size-at)
		f.seek(f.blob.Size)
		return nil
	}
	f.gap("between", at, found-at)
	return f.stream(found)
}

// mostStreams bounds the streams of a file, mostSearched the bytes of a gap that are
// searched for another stream.
const (
	mostStreams  = 1 << 20
	mostSearched = 64 << 20
)

// search finds the next stream with an import from an offset on.
func (f *file) search(at int64) int64 {
	const size, overlap = 64 << 10, 8 << 10
	end := min(f.blob.Size, at+mostSearched)
	for off := at; off < end && f.ctx.Err() == nil; off += size - overlap {
		f.seek(off)
		b, err := f.cur.Peek(int(min(size, f.blob.Size-off)))
		if err != nil {
			return -1
		}
		if i := pickle.Find(b, 0, true); i >= 0 {
			return off + int64(i)
		}
	}
	return -1
}

// gap states bytes that belong to no stream.
func (f *file) gap(where string, from, n int64) {
	f.gaps = true
	buf := make([]byte, min(n, 4<<10))
	got, err := f.blob.ReadAt(buf, from)
	if err != nil && got == 0 {
		f.problem = "unreadable: " + err.Error()
	}
	f.out.Emit(pickle.KindTrailing, gate.Location{Offset: from}, pickle.Trailing{
		Where: where, Content: content(buf[:got]), Size: n, Offset: from,
	})
	if contained(buf[:got]) {
		f.out.Child(fmt.Sprintf("bytes@%d", from), n, io.NewSectionReader(f.blob, from, n))
	}
}

func content(b []byte) string {
	switch {
	case len(bytes.Trim(b, "\x00")) == 0:
		return "zeros"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "zip"
	case contained(b):
		return "container"
	case len(bytes.TrimSpace(b)) == 0:
		return "blanks"
	case bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0xfffd }) < 0:
		return "text"
	}
	return "unknown"
}

// children hands back the files that listed calls load from constants.
func (f *file) children() {
	for n, e := range f.all.Embedded {
		name := fmt.Sprintf("constant@%d", e.Offset)
		if n >= 1000 {
			f.out.Emit(gate.KindIncomplete, gate.Location{Offset: e.Offset}, gate.Incomplete{
				Reason: "more nested files than are read", Budget: "entries", Limit: 1000,
			})
			return
		}
		if e.Data != nil {
			f.out.Child(name, e.Size, bytes.NewReader(e.Data))
		} else {
			f.out.Child(name, e.Size, io.NewSectionReader(f.blob, e.Offset, e.Size))
		}
	}
}

func (f *file) state() {
	switch r := f.all; {
	case f.ctx.Err() != nil:
		f.out.Format(f.format, gate.Unread, "stopped: "+f.ctx.Err().Error())
	case len(r.Incomplete) > 0:
		f.out.Format(f.format, gate.Unread, r.Incomplete[0].Reason)
	case r.Opcodes == 0 || r.Malformed != "":
		f.out.Format(f.format, gate.Unread, "malformed: "+r.Malformed)
	case f.gaps:
		f.out.Format(f.format, gate.Unproven, "bytes that belong to no stream")
	case !r.Grammar.OK:
		f.out.Format(f.format, gate.Unproven, r.Grammar.Reason)
	case f.problem != "":
		f.out.Format(f.format, gate.Unproven, f.problem)
	default:
		f.out.Format(f.format, gate.Verified, "")
	}
}
