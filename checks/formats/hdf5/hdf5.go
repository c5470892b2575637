// Package hdf5 reads the HDF5 files of Keras, PyTables and others
// (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html): the
// configurations in their attributes, which are handed back, and the files that links and
// datasets lead to.
package hdf5

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hdf5"
)

// A dataset may declare more than it stores, but not a thousand times more from here on.
const (
	bombSize  = 4 << 30
	bombRatio = 1000
)

// Virtual is the data of hdf5.virtual: a dataset that is composed of others, which may be
// in other files.
type Virtual struct {
	Name string `json:"name"`
}

// Inspector reads HDF5 files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "hdf5",
		Doc:  "HDF5: configurations in attributes, links and storage outside of the file.",
		Emits: map[gate.Kind]any{
			"hdf5.virtual":      Virtual{},
			"hdf5.malformed":    gate.Malformed{},
			gate.KindExternal:   gate.External{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: by the signature, or by the names of such files.
func (Inspector) Wants(b *gate.Blob) bool {
	name := strings.ToLower(b.Path)
	return hdf5.Signature(b.Head()) >= 0 || strings.HasSuffix(name, ".h5") || strings.HasSuffix(name, ".hdf5")
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	start := hdf5.Signature(b.Head())
	if start < 0 {
		malformed(out, 0, "no signature of HDF5")
		out.Format("hdf5", gate.Unread, "no signature of HDF5")
		return
	}
	broken := ""
	err := hdf5.Walk(ctx, b, start, b.Size, func(o *hdf5.Object) {
		object(b, o, out)
		if bomb(b, o) {
			broken = fmt.Sprintf("the dataset %.100q declares %d bytes, far more than are stored", o.Path, o.Declared)
			malformed(out, o.Address, broken)
		}
	})
	switch {
	case err == nil && broken == "":
		out.Format("hdf5", gate.Unproven, "")
	case err == nil:
		out.Format("hdf5", gate.Unread, broken)
	case errors.Is(err, hdf5.ErrMalformed):
		malformed(out, 0, err.Error())
		out.Format("hdf5", gate.Unread, err.Error())
	default:
		out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: err.Error(), Budget: "entries", Limit: hdf5.MaxObjects})
		out.Format("hdf5", gate.Unread, err.Error())
	}
}

func malformed(out gate.Recorder, at int64, reason string) {
	out.Emit("hdf5.malformed", gate.Location{Offset: at}, gate.Malformed{Reason: reason})
}

// object states what leads out of the file, and hands back what other readers know.
func object(b *gate.Blob, o *hdf5.Object, out gate.Recorder) {
	at := gate.Location{Offset: o.Address}
	for _, file := range o.External {
		out.Emit(gate.KindExternal, at, gate.External{Location: file, Field: "external storage"})
	}
	for _, link := range o.Links {
		if link.File != "" {
			out.Emit(gate.KindExternal, at, gate.External{Location: link.File, Field: "external link"})
		}
	}
	if o.Virtual {
		out.Emit("hdf5.virtual", at, Virtual{o.Path})
	}
	for _, a := range o.Attributes {
		switch {
		case a.Name == "model_config" || a.Name == "training_config":
			out.Child(a.Name+".json", int64(len(a.Value)), strings.NewReader(a.Value))
		case strings.HasSuffix(a.Value, "."):
			// PyTables and pandas unpickle the attributes that end like a pickle.
			out.Child("attribute", int64(len(a.Value)), strings.NewReader(a.Value))
		}
	}
}

// bomb tells whether a reader of a dataset would allocate far more than the file holds.
func bomb(b *gate.Blob, o *hdf5.Object) bool {
	stored := uint64(max(o.Stored, 0))
	if o.Stored < 0 {
		stored = uint64(b.Size)
	}
	return len(o.External) == 0 && !o.Virtual && o.Declared > bombSize && o.Declared/bombRatio > stored
}
