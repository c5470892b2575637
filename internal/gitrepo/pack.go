package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

// Bounds of a pack. Git itself makes chains of at most 4,095 deltas and no deltas of files
// over 512 MiB.
const (
	maxChain = 4096
	maxDelta = 512 << 20 // bytes of an object that is a delta or the base of one
	maxIndex = 1 << 30
)

// pack is a pack with its index: https://git-scm.com/docs/gitformat-pack.
type pack struct {
	folder, name string
	index        *idxfile.MemoryIndex
	cache        cache.Object
	free         chan *packfile.Packfile // a reader has a position, so that each needs its own

	mu    sync.Mutex
	sound map[int64]bool // offsets from which a chain of deltas was followed to its end
}

func openPack(folder, name string, shared cache.Object) (*pack, error) {
	f, err := os.Open(filepath.Join(folder, name+".idx"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxIndex {
		return nil, errors.Join(err, fmt.Errorf("its index is no file of at most %d bytes", maxIndex))
	}
	p := &pack{folder: folder, name: name, cache: shared, index: idxfile.NewMemoryIndex(), sound: map[int64]bool{}}
	p.free = make(chan *packfile.Packfile, runtime.GOMAXPROCS(0))
	return p, idxfile.NewDecoder(f).Decode(p.index)
}

// with lends a reader. One that failed is not used again.
func (p *pack) with(use func(*packfile.Packfile) error) error {
	var r *packfile.Packfile
	select {
	case r = <-p.free:
	default:
		f, err := osfs.New(p.folder).Open(p.name + ".pack")
		if err != nil {
			return err
		}
		r = packfile.NewPackfileWithCache(p.index, nil, f, p.cache, 0)
	}
	done := false
	defer func() {
		if !done {
			r.Close()
		}
	}()
	if err := use(r); err != nil {
		return err
	}
	select {
	case p.free <- r:
		done = true
	default:
	}
	return nil
}

func (p *pack) close() {
	for {
		select {
		case r := <-p.free:
			r.Close()
		default:
			return
		}
	}
}

// size is the size of the object at an offset: a delta begins with it.
func (p *pack) size(offset int64) (size int64, err error) {
	err = p.with(func(r *packfile.Packfile) error {
		_, size, err = stated(r, offset)
		return err
	})
	return size, err
}

// stated is what the pack says of the object at an offset.
func stated(r *packfile.Packfile, offset int64) (h *packfile.ObjectHeader, size int64, err error) {
	h, err = r.Scanner().SeekObjectHeader(offset)
	if err != nil {
		return nil, 0, err
	}
	if h.Length < 0 {
		return nil, 0, packfile.ErrMalformedPackFile
	}
	if !isDelta(h) {
		return h, h.Length, nil
	}
	var start prefix
	if _, _, err := r.Scanner().NextObject(&start); err != nil && !errors.Is(err, errEnough) {
		return nil, 0, err
	}
	size, ok := start.target()
	if !ok {
		return nil, 0, packfile.ErrInvalidDelta
	}
	return h, size, nil
}

func isDelta(h *packfile.ObjectHeader) bool {
	return h.Type == plumbing.OFSDeltaObject || h.Type == plumbing.REFDeltaObject
}

// load reads the object at an offset.
func (p *pack) load(h plumbing.Hash, offset, most int64) (o *object, err error) {
	err = p.with(func(r *packfile.Packfile) error {
		_, size, err := stated(r, offset)
		if err != nil {
			return err
		}
		if size > most {
			return tooLarge(size, most)
		}
		if err := p.follow(r, offset); err != nil {
			return err
		}
		got, err := r.Get(h)
		if err != nil {
			return err
		}
		if got.Hash() != h {
			return damaged(h)
		}
		content, err := got.Reader()
		if err != nil {
			return err
		}
		at, ok := content.(io.ReaderAt)
		if !ok {
			return fmt.Errorf("a %T cannot be read at an offset", content)
		}
		o = &object{got.Type(), got.Size(), at}
		return nil
	})
	return o, err
}

// follow makes sure that the deltas from an offset on end in an object, and that none is
// larger than git makes them. The library follows them by recursion, without a bound.
func (p *pack) follow(r *packfile.Packfile, offset int64) error {
	var chain []int64
	for !p.known(offset) {
		if len(chain) > maxChain {
			return fmt.Errorf("it has a chain of more than %d deltas", maxChain)
		}
		chain = append(chain, offset)
		h, err := r.Scanner().SeekObjectHeader(offset)
		if err != nil {
			return err
		}
		if h.Length < 0 || h.Length > maxDelta && (isDelta(h) || len(chain) > 1) {
			return tooLarge(h.Length, maxDelta)
		}
		switch h.Type {
		case plumbing.OFSDeltaObject:
			offset = h.OffsetReference
			continue
		case plumbing.REFDeltaObject:
			if offset, err = p.index.FindOffset(h.Reference); err != nil {
				return err
			}
			continue
		}
		break
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, offset := range chain {
		p.sound[offset] = true
	}
	return nil
}

func (p *pack) known(offset int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sound[offset]
}

// spool writes the object at an offset, without holding it unless it is a delta.
func (p *pack) spool(hash plumbing.Hash, offset int64, w io.Writer) error {
	delta := false
	err := p.with(func(r *packfile.Packfile) error {
		h, err := r.Scanner().SeekObjectHeader(offset)
		if err != nil {
			return err
		}
		if delta = isDelta(h); delta {
			return nil
		}
		sum := plumbing.NewHasher(h.Type, h.Length)
		if _, _, err := r.Scanner().NextObject(io.MultiWriter(w, sum)); err != nil {
			return err
		}
		if sum.Sum() != hash {
			return damaged(hash)
		}
		return nil
	})
	if err != nil || !delta {
		return err
	}
	o, err := p.load(hash, offset, maxDelta)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, io.NewSectionReader(o, 0, o.size))
	return err
}

var errEnough = errors.New("enough was read")

// prefix keeps the start of a delta: two numbers, the sizes of its base and its target.
type prefix struct {
	bytes [20]byte
	n     int
}

// Write implements io.Writer; it stops the inflation once there is enough.
func (p *prefix) Write(b []byte) (int, error) {
	n := copy(p.bytes[p.n:], b)
	p.n += n
	if p.n == len(p.bytes) {
		return n, errEnough
	}
	return n, nil
}

func (p *prefix) target() (size int64, ok bool) {
	rest := p.bytes[:p.n]
	for range 2 {
		size = 0
		for shift := 0; ; shift += 7 {
			if len(rest) == 0 || shift > 56 {
				return 0, false
			}
			b := rest[0]
			rest = rest[1:]
			size |= int64(b&0x7f) << shift
			if b < 0x80 {
				break
			}
		}
	}
	return size, true
}
