package httpsafe

import "container/list"

// blocks keeps the blocks of one file that were read last, within a number of bytes.
type blocks struct {
	limit, held int64
	at          map[int64]*list.Element
	recent      *list.List // of *kept, the last used first
}

type kept struct {
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
	return e.Value.(*kept).data
}

func (b *blocks) put(index int64, data []byte) {
	if b.at[index] != nil {
		return
	}
	b.at[index] = b.recent.PushFront(&kept{index, data})
	b.held += int64(len(data))
	for b.held > b.limit && b.recent.Len() > 1 {
		b.drop()
	}
}

// room forgets what must go anyway when so many bytes come.
func (b *blocks) room(n int64) {
	for b.held+n > b.limit && b.recent.Len() > 0 {
		b.drop()
	}
}

func (b *blocks) drop() {
	old := b.recent.Remove(b.recent.Back()).(*kept)
	delete(b.at, old.index)
	b.held -= int64(len(old.data))
}
