package hub

import "container/list"

// blocks keeps the blocks of one file that were read last, within a number of bytes.
type blocks struct {
	limit, held int64
	at          map[int64]*list.Element
	recent      *list.List // of *block, the last used first
}

type block struct {
	index int64
	data  []byte
}

func newBlocks(limit int64) *blocks {
	return &blocks{limit: limit, at: map[int64]*list.Element{}, recent: list.New()}
}

func (b *blocks) has(index int64) bool { return b.at[index] != nil }

func (b *blocks) get(index int64) []byte {
	e := b.at[index]
	if e == nil {
		return nil
	}
	b.recent.MoveToFront(e)
	return e.Value.(*block).data
}

func (b *blocks) put(index int64, data []byte) {
	if b.at[index] != nil {
		return
	}
	b.at[index] = b.recent.PushFront(&block{index, data})
	b.held += int64(len(data))
	for b.held > b.limit && b.recent.Len() > 1 {
		e := b.recent.Back()
		old := b.recent.Remove(e).(*block)
		delete(b.at, old.index)
		b.held -= int64(len(old.data))
	}
}
