// Package torchzip reads checkpoints that torch.save writes since 1.6, TorchScript and
// torch.package: it runs their pickles, and matches every storage that those name to the
// record that holds it, so that a checkpoint is verified only if nothing is left over.
//
// The format: https://github.com/pytorch/pytorch/blob/main/caffe2/serialize/inline_container.h
package torchzip

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/zipfile"
)

// Inspector reads checkpoints in zip archives.
type Inspector struct{}

// The kinds of facts about checkpoints.
const (
	KindCheckpoint gate.Kind = "torch.checkpoint"
	KindStorage    gate.Kind = "torch.storage"
	KindGrammar    gate.Kind = "torch.grammar"
	KindCall       gate.Kind = "torchscript.call"
)

// Checkpoint is the data of torch.checkpoint. Roots are the folders that have a pickle;
// torch reads the one of the first entry.
type Checkpoint struct {
	Roots   []string `json:"roots"`
	Version string   `json:"version"`
	Form    string   `json:"form"` // checkpoint, torchscript, package
}

// Storage is the data of torch.storage: a storage that does not fit its record. Problem
// is missing, short, conflict, type, view.
type Storage struct {
	Key     string `json:"key"`
	Numel   int64  `json:"numel"`
	Size    int64  `json:"size"` // of the record
	Problem string `json:"problem"`
	Detail  string `json:"detail,omitempty"`
}

// Grammar is the data of torch.grammar: whether every opcode and every byte of a
// checkpoint is accounted for.
type Grammar struct {
	OK      bool   `json:"ok"`
	Reason  string `json:"reason,omitempty"`
	Offset  int64  `json:"offset,omitempty"`
	Tensors int    `json:"tensors"`
	Records int    `json:"records"`
}

// Call is the data of torchscript.call: an operator that touches files or runs Python.
type Call struct {
	Name string `json:"name"`
}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	emits := pickle.Kinds()
	for k, v := range map[gate.Kind]any{
		KindCheckpoint: Checkpoint{}, KindStorage: Storage{}, KindGrammar: Grammar{}, KindCall: Call{},
		archive.KindAnomaly: archive.Anomaly{}, archive.KindConflict: archive.Conflict{},
		archive.KindUnread: archive.Unread{}, archive.KindMalformed: gate.Malformed{},
	} {
		emits[k] = v
	}
	return gate.Spec{
		Name:  "torchzip",
		Doc:   "PyTorch checkpoints in zip archives: what their pickles run, and whether storages fit their records.",
		Emits: emits,
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	if !zipfile.Sniff(b.Head(), b.Tail(), b.Size) || zipfile.Stacked(b.Path, b, b.Size) != nil {
		return false
	}
	a, err := zipfile.ReadBlob(context.Background(), b)
	return err == nil && a.Kind() == zipfile.TorchKind
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	a, err := zipfile.ReadBlob(ctx, b)
	if err != nil || a.Kind() != zipfile.TorchKind {
		if ctx.Err() != nil {
			out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: "reading the archive: " + err.Error(), Budget: "time"})
			out.Format("torchzip", gate.Unread, err.Error())
		}
		return
	}
	c := newCheckpoint(ctx, a, b, out)
	if len(a.Facts)+len(a.Spans) > 0 || a.Unfinished != "" {
		c.doubt("the archive has something odd", 0)
	}
	c.state()
	for i := range a.Entries {
		c.pickle(&a.Entries[i])
	}
	c.rest()
	c.finish()
}

// checkpoint is the inspection of one archive.
type checkpoint struct {
	ctx   context.Context
	a     *zipfile.Archive
	blob  *gate.Blob
	out   gate.Recorder
	lists *pickle.Lists // nil but for TorchScript

	form    string
	roots   []string
	records map[string]*zipfile.Entry // by folded name
	taken   map[*zipfile.Entry]bool   // what is accounted for
	known   map[string]pickle.PersistentID
	tensors int
	doubts  Grammar
	broken  string
}

func newCheckpoint(ctx context.Context, a *zipfile.Archive, b *gate.Blob, out gate.Recorder) *checkpoint {
	c := &checkpoint{
		ctx: ctx, a: a, blob: b, out: out, form: "checkpoint", doubts: Grammar{OK: true},
		records: make(map[string]*zipfile.Entry, len(a.Entries)), taken: map[*zipfile.Entry]bool{}, known: map[string]pickle.PersistentID{},
	}
	script := false
	for i := range a.Entries {
		e := &a.Entries[i]
		name := zipfile.Fold(e.Name)
		if _, ok := c.records[name]; !ok {
			c.records[name] = e
		}
		root, file, _ := strings.Cut(name, "/")
		switch {
		case file == "data.pkl":
			if root = e.Name[:len(root)]; !slices.Contains(c.roots, root) {
				c.roots = append(c.roots, root)
			}
		case file == ".data/extern_modules":
			c.form = "package"
		case strings.HasPrefix(file, "code/__torch__"):
			script = true
		}
	}
	if script && c.form == "checkpoint" {
		c.form = "torchscript"
		c.lists = scriptLists()
	}
	return c
}

// state states what the archive is.
func (c *checkpoint) state() {
	f := Checkpoint{Roots: c.roots, Form: c.form}
	for _, name := range []string{"/version", "/.data/version"} {
		if e := c.records[zipfile.Fold(c.a.Root())+name]; e != nil && f.Version == "" {
			text, _ := c.small(e)
			f.Version = strings.TrimSpace(string(text))
		}
	}
	c.out.Emit(KindCheckpoint, gate.Location{}, f)
	if len(c.roots) > 1 {
		c.out.Emit(archive.KindConflict, gate.Location{}, archive.Conflict{
			Name: "data.pkl", A: c.roots[0] + "/data.pkl", B: c.roots[1] + "/data.pkl", What: "roots",
		})
		c.doubt("there are two roots", 0)
	}
}

// doubt notes the first reason why the checkpoint is not verified.
func (c *checkpoint) doubt(reason string, offset int64) {
	if c.doubts.OK {
		c.doubts.OK, c.doubts.Reason, c.doubts.Offset = false, reason, offset
	}
}

func (c *checkpoint) unread(reason string) {
	c.doubt(reason, 0)
	if c.broken == "" {
		c.broken = reason
	}
}

func (c *checkpoint) incomplete(e *zipfile.Entry, reason, budget string) {
	reason = fmt.Sprintf("record %q: %s", e.Name, reason)
	c.out.Emit(gate.KindIncomplete, gate.Location{Offset: e.Header}, gate.Incomplete{Reason: reason, Budget: budget})
	c.unread(reason)
}

func (c *checkpoint) finish() {
	c.doubts.Tensors, c.doubts.Records = c.tensors, len(c.taken)
	c.out.Emit(KindGrammar, gate.Location{}, c.doubts)
	switch {
	case c.broken != "":
		c.out.Format("torchzip", gate.Unread, c.broken)
	case c.doubts.OK:
		c.out.Format("torchzip", gate.Verified, "")
	default:
		c.out.Format("torchzip", gate.Unproven, "")
	}
}

// inside is the path of an entry.
func (c *checkpoint) inside(e *zipfile.Entry) string {
	return c.blob.Path + "!" + strings.ReplaceAll(e.Name, "!", "%21")
}

// folder is the folder of the storages that a pickle names.
func (c *checkpoint) folder(pkl string) string {
	switch base := path.Base(pkl); {
	case c.form == "package":
		root, _, _ := strings.Cut(pkl, "/")
		return root + "/.data/"
	case base == "data.pkl":
		return strings.TrimSuffix(pkl, "data.pkl") + "data/"
	default:
		return strings.TrimSuffix(pkl, ".pkl") + "/"
	}
}
