package shards

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"path"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelfolder"
)

// comparison holds one index to the files.
type comparison struct {
	ctx   context.Context
	out   gate.Recorder
	index *index
	heads *headers
	found map[key]*Mismatch
}

// key tells mismatches apart: those of many tensors that are alike are stated as one.
type key struct{ problem, shard, other string }

func (c *comparison) add(problem, shard, tensor, other string) {
	k := key{problem, shard, other}
	m := c.found[k]
	if m == nil {
		m = &Mismatch{Index: c.index.name, Problem: problem, Shard: shard, Tensor: tensor, Other: other}
		c.found[k] = m
	}
	m.Tensor = min(m.Tensor, tensor)
	m.Count++
}

// state states what was found, in an order of its own.
func (c *comparison) state() {
	order := func(a, b key) int {
		return cmp.Or(cmp.Compare(a.problem, b.problem), cmp.Compare(a.shard, b.shard), cmp.Compare(a.other, b.other))
	}
	for _, k := range slices.SortedFunc(maps.Keys(c.found), order) {
		c.out.Emit(kind, c.index.place(k.shard), *c.found[k])
	}
}

// compare compares the index with the files. Where none of its files is there it is left
// over from weights of another format, or the weights are kept elsewhere.
func (c *comparison) compare() {
	for _, t := range c.index.twice {
		c.add(twice, c.index.named[t[0]], t[0], t[1])
	}
	var gone, here []string
	for _, shard := range c.index.shards {
		if c.heads.folder.File(shard) == nil {
			gone = append(gone, shard)
		} else {
			here = append(here, shard)
		}
	}
	if len(here) > 0 && len(gone) > 0 {
		c.found[key{missing, gone[0], ""}] = &Mismatch{Index: c.index.name, Problem: missing, Shard: gone[0], Count: len(gone)}
	}
	owners := c.owners(slices.Concat(here, c.series()))
	c.listed(owners)
	c.unlisted(here)
	c.duplicates(owners)
}

// series are the files that are named as the index's shards are and that it does not name.
func (c *comparison) series() (others []string) {
	of := map[string]bool{}
	for _, shard := range c.index.shards {
		if m := series.FindStringSubmatch(shard); m != nil {
			of[m[1]+"\x00"+m[2]] = true
		}
	}
	for _, name := range c.heads.folder.Names() {
		m := series.FindStringSubmatch(name)
		if _, named := c.index.at[name]; m == nil || named {
			continue
		}
		bare := len(c.index.named) == 0 && m[1] == c.index.stem && path.Ext(name) == c.index.ext
		if bare || of[m[1]+"\x00"+m[2]] {
			c.add(unlistedAll, name, "", "")
			others = append(others, name)
		}
	}
	return others
}

// holder is a file that has a tensor.
type holder struct {
	shard  string
	tensor modelfolder.Tensor
}

// owners are the files that have each tensor.
func (c *comparison) owners(shards []string) map[string][]holder {
	out := map[string][]holder{}
	for _, shard := range shards {
		if w := c.heads.of(c.ctx, shard); w != nil {
			for _, t := range w.Tensors {
				out[t.Name] = append(out[t.Name], holder{shard, t})
			}
		}
	}
	return out
}

// listed looks for the tensors of the index in the files that it names. A writer that left
// a tensor out as a duplicate of another says so in the metadata of the file.
func (c *comparison) listed(owners map[string][]holder) {
	for tensor, shard := range c.index.named {
		has := owners[tensor]
		if slices.ContainsFunc(has, func(h holder) bool { return h.shard == shard }) {
			continue
		}
		w := c.heads.of(c.ctx, shard)
		switch {
		case w != nil && w.Metadata[tensor]:
		case len(has) > 0:
			c.add(elsewhere, shard, tensor, has[0].shard)
		case w != nil:
			c.add(absent, shard, tensor, "")
		}
	}
}

// unlisted looks for tensors that the index does not name.
func (c *comparison) unlisted(shards []string) {
	for _, shard := range shards {
		w := c.heads.of(c.ctx, shard)
		if w == nil {
			continue
		}
		for _, t := range w.Tensors {
			if _, ok := c.index.named[t.Name]; !ok {
				c.add(unlisted, shard, t.Name, "")
			}
		}
	}
}

// agree compares with another index: tensors for which each names another file, of files
// that both of them name.
func (c *comparison) agree(other *index) {
	for tensor, shard := range c.index.named {
		theirs, ok := other.named[tensor]
		if !ok || theirs == shard {
			continue
		}
		if _, ok := c.index.at[theirs]; !ok {
			continue
		}
		if _, ok := other.at[shard]; ok {
			c.add(indexes, shard, tensor, other.name)
		}
	}
}

// What is compared of tensors that two files have. Bytes of a registry cost requests, and
// the first of them tell nearly as much.
const (
	chunk       = 1 << 20
	rangedBytes = 64 << 10
	rangedMost  = 16
)

// duplicates compares the contents of tensors that several files have.
func (c *comparison) duplicates(owners map[string][]holder) {
	compared := 0
	for _, tensor := range slices.Sorted(maps.Keys(owners)) {
		has := owners[tensor]
		for _, h := range has[1:] {
			if h.shard == has[0].shard {
				continue // stated by the inspector
			}
			compared++
			if !c.same(has[0], h, compared) {
				c.add(differs, has[0].shard, tensor, h.shard)
			}
		}
	}
}

// same compares two tensors of one name. What cannot be read counts as the same: that is
// stated elsewhere.
func (c *comparison) same(a, b holder, compared int) bool {
	t, u := a.tensor, b.tensor
	if t.DType != u.DType || !slices.Equal(t.Shape, u.Shape) || t.To-t.From != u.To-u.From {
		return false
	}
	left, right := c.heads.folder.File(a.shard), c.heads.folder.File(b.shard)
	size := t.To - t.From
	if left.Ranged {
		if size = min(size, rangedBytes); compared > rangedMost {
			return true
		}
	}
	x, y := make([]byte, min(chunk, max(0, size))), make([]byte, min(chunk, max(0, size)))
	for at := int64(0); at < size && c.ctx.Err() == nil; at += chunk {
		n := min(chunk, size-at)
		if got, _ := left.ReadAt(x[:n], t.From+at); int64(got) < n {
			return true
		}
		if got, _ := right.ReadAt(y[:n], u.From+at); int64(got) < n {
			return true
		}
		if !bytes.Equal(x[:n], y[:n]) {
			return false
		}
	}
	return true
}
