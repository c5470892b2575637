package hdf5

import "fmt"

// localHeap holds the names of an old group.
type localHeap []byte

// at is the string at an offset of the heap.
func (h localHeap) at(offset uint64) string {
	if offset >= uint64(len(h)) {
		return ""
	}
	d := &decoder{b: h[offset:]}
	return d.text()
}

func (f *file) heap(address int64) (localHeap, error) {
	d, err := f.block(address, "HEAP", 8+2*f.lengths+f.offsets)
	if err != nil {
		return nil, err
	}
	d.skip(4)
	n := d.length()
	d.skip(f.lengths)
	return f.read(d.address(), size(n))
}

// symbols reads an old group: a B-tree of nodes of symbols, with names in a local heap.
func (f *file) symbols(o *Object, tree, heap int64) ([]child, error) {
	names, err := f.heap(heap)
	if err != nil {
		return nil, err
	}
	s := &symbolTable{file: f, object: o, names: names, seen: map[int64]bool{}}
	err = s.tree(tree, 0)
	return s.children, err
}

// symbolTable is an old group that is being read.
type symbolTable struct {
	*file
	object   *Object
	names    localHeap
	seen     map[int64]bool
	children []child
}

func (s *symbolTable) tree(address int64, depth int) error {
	if s.seen[address] || address == undefined {
		return nil
	}
	if s.seen[address] = true; depth > MaxDepth {
		return ErrTooLarge
	}
	d, err := s.block(address, "TREE", 8+2*s.offsets)
	if err != nil {
		return err
	}
	kind, level, used := d.uint(1), d.uint(1), int(d.uint(2))
	if kind != 0 {
		return fmt.Errorf("a B-tree of type %d in a group: %w", kind, ErrMalformed)
	}
	b, err := s.read(address+int64(8+2*s.offsets), used*(s.lengths+s.offsets))
	if err != nil {
		return err
	}
	d = s.decoder(b)
	for range used {
		d.skip(s.lengths)
		at := d.address()
		if level > 0 {
			err = s.tree(at, depth+1)
		} else {
			err = s.node(at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *symbolTable) node(address int64) error {
	d, err := s.block(address, "SNOD", 8)
	if err != nil {
		return err
	}
	d.skip(2)
	n := int(d.uint(2))
	entry := 2*s.offsets + 24
	b, err := s.read(address+8, n*entry)
	if err != nil {
		return err
	}
	d = s.decoder(b)
	for range n {
		name, header, cache := d.uint(s.offsets), d.address(), d.uint(4)
		d.skip(4)
		target := d.uint(4)
		d.skip(12)
		if cache == 2 {
			s.object.Links = append(s.object.Links, Link{Name: s.names.at(name), Path: s.names.at(target)})
			continue
		}
		s.children = append(s.children, child{s.names.at(name), header})
	}
	return nil
}

// linkInfo reads a new group whose links are in a heap.
func (f *file) linkInfo(o *Object, d *decoder) (children []child, err error) {
	d.skip(1)
	if d.uint(1)&1 != 0 {
		d.skip(8)
	}
	heap, tree := d.address(), d.address()
	if d.err != nil || heap == undefined || tree == undefined {
		return nil, d.err
	}
	err = f.dense(heap, tree, linkName, func(b []byte) error {
		kids, err := f.link(o, f.decoder(b))
		children = append(children, kids...)
		return err
	})
	return children, err
}
