package zipfile

import "context"

// readStream walks the local headers from the start of the archive, each behind the data
// that the one before says it has, as a reader does that cannot seek. It adds the entries
// that only such a reader sees, since they stand in what a directory takes for data.
func (a *Archive) readStream(ctx context.Context) error {
	seen := make(map[int64]int, len(a.Entries)) // by header, what the header itself says last
	for i := range a.Entries {
		if e := &a.Entries[i]; !e.Missing {
			seen[e.Header] = i
		}
	}
	if len(seen) == 0 {
		return nil // all of the archive is walked, see readRest
	}
	for at, n := int64(0), 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if i, ok := seen[at]; ok {
			e := &a.Entries[i]
			at = e.end
			if e.later || e.Local && e.Flags&FlagDescriptor != 0 {
				at += a.descriptor(e, e.end, a.size)
			}
			continue
		}
		l, ok := a.readLocal(at, 128)
		if !ok || len(a.Entries) >= maxEntries {
			return nil
		}
		to := a.readHidden(&l.Entry, a.size)
		a.take(at, to)
		at = to
	}
}
