// Package torchtar reads the checkpoints that torch wrote before 0.1.10: a tar archive
// with the members sys_info, storages, tensors and pickle. All but the raw numbers of
// the storages are pickles, and torch.load still runs them. A checkpoint is verified only
// if every tensor lies in its storage and nothing is left over.
//
// The format: _legacy_load in https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
package torchtar

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/tarfile"
)

// Inspector reads checkpoints in tar archives.
type Inspector struct{}

// The kinds of facts about these checkpoints: a member that is not as torch wrote it, and
// a storage that does not fit what is said of it.
const (
	KindMalformed gate.Kind = "torchtar.malformed"
	kindStorage   gate.Kind = "torch.storage"
)

// Storage is the data of torch.storage. Problem is missing or view.
type Storage struct {
	Key     string `json:"key"`
	Numel   int64  `json:"numel"`
	Size    int64  `json:"size"` // bytes
	Problem string `json:"problem"`
	Detail  string `json:"detail,omitempty"`
}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	emits := pickle.Kinds()
	emits[KindMalformed] = gate.Malformed{}
	emits[kindStorage] = Storage{}
	return gate.Spec{
		Name:  "torchtar",
		Doc:   "PyTorch checkpoints in tar archives: what their pickles run, and whether tensors fit their storages.",
		Emits: emits,
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	if !tarfile.Sniff(b.Head()) {
		return false
	}
	a, err := tarfile.Read(context.Background(), b, b.Size)
	return err == nil && a.Torch()
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	a, err := tarfile.Read(ctx, b, b.Size)
	if err != nil || !a.Torch() {
		if ctx.Err() != nil {
			out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: "reading the archive: " + err.Error(), Budget: "time"})
			out.Format("torchtar", gate.Unread, err.Error())
		}
		return
	}
	c := &checkpoint{out: out, storages: map[string]*storage{}, tensors: map[string]bool{}, used: map[string]bool{}}
	if loose := a.Loose(); loose != "" {
		c.doubt("%s", loose)
	}
	if !archive.Hollow(b, a.End, b.Size) {
		c.doubt("there are bytes behind the archive")
	}
	for _, m := range c.members(a) {
		newMember(ctx, b.Path, m, a.Section(m), c).read()
	}
	c.finish()
}

// order is the one in which the members need each other; sys_info is read by no one.
var order = []string{"storages", "tensors", "pickle", "sys_info"}

// checkpoint is the inspection of one archive.
type checkpoint struct {
	out      gate.Recorder
	storages map[string]*storage // by key, views among them
	tensors  map[string]bool     // keys
	used     map[string]bool     // keys that something names
	unsure   string              // the first reason why the checkpoint is not verified
	broken   string              // the last reason why it was not read
}

// storage is a storage, or a view of one: a type and a number of elements.
type storage struct {
	class    string // such as torch.FloatStorage
	itemsize int64
	numel    int64
	root     string // of a view
}

func (c *checkpoint) doubt(format string, args ...any) {
	if c.unsure == "" {
		c.unsure = fmt.Sprintf(format, args...)
	}
}

// members are the members that torch reads, in the order that they need each other. All
// others are handed back.
func (c *checkpoint) members(a *tarfile.Archive) []*tarfile.Member {
	var known []*tarfile.Member
	seen := map[string]bool{}
	for i := range a.Members {
		m := &a.Members[i]
		name := plain(m.Name)
		if !m.Regular() {
			continue
		}
		if !m.Sparse && slices.Contains(order, name) {
			if seen[name] || name != m.Name {
				c.doubt("member %q is there twice or under another name", m.Name)
			}
			seen[name] = true
			known = append(known, m)
			continue
		}
		c.doubt("member %q is for other readers", m.Name)
		if r, err := a.Open(m); err == nil {
			c.out.Child(m.Name, -1, r)
		} // else it is stated by the inspector of tar archives
	}
	slices.SortStableFunc(known, func(x, y *tarfile.Member) int {
		return slices.Index(order, plain(x.Name)) - slices.Index(order, plain(y.Name))
	})
	return known
}

// plain is the name of a member without what some writers put before it.
func plain(name string) string { return strings.TrimPrefix(name, "./") }

func (c *checkpoint) finish() {
	for key := range c.storages {
		if !c.used[key] {
			c.doubt("there is a storage that no tensor names")
		}
	}
	for key := range c.tensors {
		if !c.used[key] {
			c.doubt("there is a tensor that the pickle does not name")
		}
	}
	switch {
	case c.broken != "":
		c.out.Format("torchtar", gate.Unread, c.broken)
	case c.unsure != "":
		c.out.Format("torchtar", gate.Unproven, c.unsure)
	default:
		c.out.Format("torchtar", gate.Verified, "")
	}
}

// inside is a recorder for what is inside a member.
type inside struct {
	gate.Recorder
	path string
}

// Emit implements gate.Recorder.
func (i inside) Emit(k gate.Kind, at gate.Location, data any) {
	at.Path = i.path
	i.Recorder.Emit(k, at, data)
}
