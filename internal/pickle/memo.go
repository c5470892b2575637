package pickle

func (m *machine) get(i uint32) {
	v := m.memo.get(i)
	if v.kind == absent {
		m.fail("no entry %d in the memo", i)
		return
	}
	m.share(v)
	m.push(v)
}

// share notes that one more place names an object.
func (m *machine) share(v value) {
	if o := m.object(v); o != nil {
		o.shared = true
	}
}

func (m *machine) put(i uint32) {
	v := *m.top()
	if m.done {
		return
	}
	if o := m.object(v); o != nil {
		o.shared = o.shared || o.slot != 0
		o.slot = i + 1
	}
	m.res.memoized = true
	hole := int64(i) - int64(m.memo.last)
	if hole >= max(4096, 64*int64(m.memo.count)) {
		m.unusual("splice")
	}
	fresh, ok := m.memo.put(i, v, m.room)
	if !fresh {
		m.unusual("memo-overwritten")
	}
	if !ok {
		m.full()
	} else if m.memo.count > m.opts.Limits.Memo {
		m.giveUp("memo", int64(m.opts.Limits.Memo), "the memo has more entries than the limit")
	}
}

// memoWide is GET or PUT with an index of more than 32 bits.
func (m *machine) memoWide(op byte, i string) {
	m.unusual("splice")
	v, had := m.wide[i]
	if op == opGet {
		if !had {
			m.fail("no entry %s in the memo", head([]byte(i)))
			return
		}
		m.push(v)
		return
	}
	if v = *m.top(); m.done {
		return
	}
	if !had {
		if !m.take(int64(farSize + len(i))) {
			m.full()
			return
		}
		m.memo.count++
	}
	if m.wide == nil {
		m.wide = map[string]value{}
	}
	m.share(v)
	m.wide[i] = v
}
