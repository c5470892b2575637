package hdf5

import (
	"fmt"
	"math/bits"
)

// The B-trees of version 2 that index heaps: the type, and where a record has its heap id.
type index struct{ kind, id uint64 }

var (
	linkName      = index{5, 4}
	attributeName = index{8, 0}
)

// dense visits the objects of a fractal heap that a B-tree lists.
func (f *file) dense(heap, tree int64, by index, visit func([]byte) error) error {
	h, err := f.fractal(heap)
	if err != nil {
		return fmt.Errorf("fractal heap: %w", err)
	}
	return f.tree2(tree, by, func(record []byte) error {
		b, err := h.object(record)
		if err != nil {
			return fmt.Errorf("fractal heap: %w", err)
		}
		return visit(b)
	})
}

// encoded is the number of bytes that a number up to limit takes.
func encoded(limit uint64) int { return (bits.Len64(limit)-1)/8 + 1 }

// tree2 visits the heap ids in the records of a B-tree of version 2.
func (f *file) tree2(address int64, by index, visit func([]byte) error) error {
	d, err := f.block(address, "BTHD", 4+2+4+2+2+2+f.offsets+2+f.lengths)
	if err != nil {
		return err
	}
	d.skip(1)
	t := &tree2{file: f, by: by, visit: visit, seen: map[int64]bool{}}
	kind := d.uint(1)
	t.node, t.record = size(d.uint(4)), int(d.uint(2))
	depth := int(d.uint(2))
	d.skip(2)
	root, n := d.address(), d.uint(2)
	if kind != by.kind || t.record <= int(by.id)+1 || t.node > maxMessage || t.node < 16+t.record || depth > MaxDepth {
		return fmt.Errorf("a B-tree of type %d with records of %d bytes: %w", kind, t.record, ErrMalformed)
	}
	t.levels(depth)
	return t.read(root, n, depth)
}

// tree2 is a B-tree of version 2 that is being read.
type tree2 struct {
	*file
	by           index
	node, record int
	counts       int   // bytes of the number of records of a child
	totals       []int // bytes of the number of all records below a child, by its depth
	visit        func([]byte) error
	seen         map[int64]bool
}

// levels works out how wide the numbers in the pointers of each level are.
func (t *tree2) levels(depth int) {
	most := uint64((t.node - 10) / t.record)
	t.counts = encoded(most)
	t.totals = []int{0}
	total := most
	for level := 1; level <= depth; level++ {
		pointer := t.offsets + t.counts + t.totals[level-1]
		n := uint64(max(0, t.node-10-pointer) / (t.record + pointer))
		hi, lo := bits.Mul64(n+1, total)
		if total = lo + n; hi != 0 {
			total = 1<<63 - 1
		}
		t.totals = append(t.totals, encoded(max(1, total)))
	}
}

func (t *tree2) read(address int64, n uint64, depth int) error {
	if address == undefined || n == 0 {
		return nil
	}
	if t.seen[address] {
		return fmt.Errorf("a B-tree that holds itself: %w", ErrMalformed)
	}
	t.seen[address] = true
	magic := "BTLF"
	if depth > 0 {
		magic = "BTIN"
	}
	d, err := t.block(address, magic, t.node)
	if err != nil {
		return err
	}
	d.skip(2)
	for range n {
		record := d.take(t.record)
		if d.err != nil {
			return d.err
		}
		if err := t.visit(record[t.by.id:]); err != nil {
			return err
		}
	}
	if depth == 0 {
		return nil
	}
	for range n + 1 {
		child, count := d.address(), d.uint(t.counts)
		d.skip(t.totals[depth-1])
		if d.err != nil {
			return d.err
		}
		if err := t.read(child, count, depth-1); err != nil {
			return err
		}
	}
	return nil
}

// fractalHeap is the header of a fractal heap.
type fractalHeap struct {
	*file
	width, start, direct uint64 // blocks in a row, size of the first and of the last direct block
	offset, length       int    // bytes of the parts of an id
	root                 int64
	rows                 uint64
	filtered             bool
}

func (f *file) fractal(address int64) (*fractalHeap, error) {
	d, err := f.block(address, "FRHP", 22+12*f.lengths+3*f.offsets)
	if err != nil {
		return nil, err
	}
	h := &fractalHeap{file: f}
	d.skip(1 + 2)
	h.filtered = d.uint(2) != 0
	d.skip(1)
	largest := d.uint(4)
	d.skip(f.lengths + f.offsets + f.lengths + f.offsets + 8*f.lengths)
	h.width, h.start, h.direct = d.uint(2), d.length(), d.length()
	heapBits := d.uint(2)
	d.skip(2)
	h.root, h.rows = d.address(), d.uint(2)
	if d.err != nil || h.width == 0 || h.start == 0 || h.direct < h.start || h.direct > maxBlock || heapBits > 64 || largest == 0 {
		return nil, fmt.Errorf("impossible sizes: %w", ErrMalformed)
	}
	h.offset = int(heapBits+7) / 8
	h.length = min((bits.Len64(h.direct)-1+7)/8, encoded(largest))
	return h, nil
}

// object reads the object of a heap id.
func (h *fractalHeap) object(id []byte) ([]byte, error) {
	d := h.decoder(id)
	flags := d.uint(1)
	switch flags >> 4 & 3 {
	case 0:
		offset, n := d.uint(h.offset), size(d.uint(h.length))
		if d.err != nil {
			return nil, d.err
		}
		return h.managed(offset, n)
	case 2:
		return d.take(int(flags&15) + 1), d.err
	}
	return nil, fmt.Errorf("an object outside of the heap's blocks is not followed: %w", ErrTooLarge)
}

// managed reads n bytes at an offset of the heap.
func (h *fractalHeap) managed(offset uint64, n int) ([]byte, error) {
	if h.filtered {
		return nil, fmt.Errorf("a compressed heap is not followed: %w", ErrTooLarge)
	}
	if h.rows == 0 {
		return h.read(h.root+int64(min(offset, 1<<40)), n)
	}
	at, rows := h.root, h.rows
	for range MaxDepth {
		row, column, rest := h.place(offset)
		if row >= rows {
			break
		}
		entry := int64(5 + h.offsets + h.offset + int(row*h.width+column)*h.offsets)
		if _, err := h.block(at, "FHIB", 4); err != nil {
			return nil, err
		}
		b, err := h.read(at+entry, h.offsets)
		if err != nil {
			return nil, err
		}
		at = h.decoder(b).address()
		if h.size(row) <= h.direct {
			return h.read(at+int64(rest), n)
		}
		// The rows of an indirect block make up its size.
		rows = uint64(bits.Len64(h.size(row)/(h.start*h.width)-1) + 1)
		offset = rest
	}
	return nil, fmt.Errorf("no block for offset %d: %w", offset, ErrMalformed)
}

// size is that of the blocks of a row: the first two rows have the same.
func (h *fractalHeap) size(row uint64) uint64 {
	if row == 0 {
		return h.start
	}
	return h.start << min(row-1, 30)
}

// place is the row and column of the block that holds an offset, and the rest in it.
func (h *fractalHeap) place(offset uint64) (row, column, rest uint64) {
	for row = 0; row < 64; row++ {
		if all := h.size(row) * h.width; offset >= all {
			offset -= all
			continue
		}
		break
	}
	return row, offset / h.size(row), offset % h.size(row)
}
