package pickle

import (
	"fmt"
	"math/bits"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pickle"
)

const kindStorage gate.Kind = "torch.storage"

// Storage is the data of torch.storage: a storage that does not fit what the pickle
// says of it.
type Storage struct {
	Key     string `json:"key"`
	Numel   int64  `json:"numel"`
	Size    int64  `json:"size"` // bytes
	Problem string `json:"problem"`
}

// magicNumber is the first pickle of torch.save before 1.6; protocolVersion the second.
// See https://github.com/pytorch/pytorch/blob/main/torch/serialization.py, _legacy_save.
const (
	magicNumber     = "119547037146038801333356" // 0x1950a86a20f9469cfc6c
	protocolVersion = 1001
)

// torch reads the storages that follow the five pickles of an old torch.save: the magic
// number, the protocol version, the system, the object, the keys of the storages. The
// magic may be anything that is equal to it once loaded, so the others decide. It tells
// whether the rest of the file was read.
func (f *file) torch(first []*pickle.Result) bool {
	if len(first) != 5 || f.streams != 5 || f.gaps {
		return false
	}
	version, system, keys := first[1].Top, first[2].Top, first[4].Top
	if version.Int != protocolVersion || system.Kind != "dict" || keys.Kind != "list" {
		return false
	}
	f.format = formatTorch
	if first[0].Top.Kind != "int" || first[0].Top.Str != magicNumber {
		f.problem = "the magic number is written in an unusual way"
		f.out.Emit(pickle.KindNoncanonical, gate.Location{}, pickle.Noncanonical{Form: "torch-magic"})
	}
	f.out.Emit(pickle.KindWeightsOnly, gate.Location{}, f.all.WeightsOnly)
	if int64(len(keys.Items)) != keys.Len {
		f.incomplete("more storages than are read", int64(len(keys.Items)))
		return false
	}
	f.storages(keys.Items)
	return f.cur.Remaining() <= 0
}

// storages reads, for each key, the number of elements and their bytes.
func (f *file) storages(keys []pickle.Value) {
	known := map[string]pickle.PersistentID{}
	for _, p := range f.all.Persistent {
		if old, ok := known[p.Key]; ok && p.Class == "storage" && (old.Numel != p.Numel || old.Itemsize != p.Itemsize) {
			f.broken(p, "two readings of one storage")
		}
		if p.Class == "storage" {
			known[p.Key] = p
		}
	}
	for _, k := range keys {
		p, ok := known[k.Str]
		delete(known, k.Str)
		if !ok || p.Itemsize == 0 {
			f.incomplete(fmt.Sprintf("the size of storage %q is not known", k.Str), 0)
			return
		}
		if !f.storage(p) {
			return
		}
	}
	for _, p := range f.all.Persistent {
		if _, missing := known[p.Key]; missing {
			f.broken(p, "missing")
		}
	}
}

func (f *file) storage(p pickle.PersistentID) bool {
	numel, err := f.cur.Uint64()
	hi, size := bits.Mul64(numel, uint64(p.Itemsize))
	if err != nil || hi != 0 || size > uint64(f.cur.Remaining()) {
		f.broken(p, "the file ends inside it")
		f.problem = "a storage is cut off"
		f.seek(f.blob.Size)
		return false
	}
	if int64(numel) != p.Numel {
		f.broken(p, fmt.Sprintf("it has %d elements", numel))
	}
	at := f.cur.Offset()
	if b, err := f.cur.Peek(int(min(size, 4<<10))); err == nil && pickle.Find(b, 0, true) == 0 {
		f.problem = "a storage that is a pickle"
		f.out.Emit(pickle.KindNested, gate.Location{Offset: at}, pickle.Nested{
			Encoding: "raw", Content: "pickle", Class: pickle.Unknown, Size: int64(size), Offset: at,
		})
	}
	f.seek(at + int64(size))
	return true
}

func (f *file) broken(p pickle.PersistentID, problem string) {
	f.problem = "storage " + p.Key + ": " + problem
	f.out.Emit(kindStorage, gate.Location{Offset: p.Offset}, Storage{p.Key, p.Numel, p.Numel * p.Itemsize, problem})
}

func (f *file) incomplete(reason string, limit int64) {
	f.all.Incomplete = append(f.all.Incomplete, gate.Incomplete{Reason: "torch: " + reason, Budget: "entries", Limit: limit})
}
