package httpsafe

import (
	"context"
	"slices"
	"sync/atomic"
)

// Meter counts requests, each hop and repetition one, and the bytes of their answers.
type Meter struct{ requests, bytes atomic.Int64 }

// Total is what was counted so far.
func (m *Meter) Total() (bytes int64, requests int) {
	return m.bytes.Load(), int(m.requests.Load())
}

// Count returns a context whose requests m counts, as the meters of ctx do.
func (m *Meter) Count(ctx context.Context) context.Context {
	return context.WithValue(ctx, meterKey{}, append(slices.Clip(metersOf(ctx)), m))
}

type meterKey struct{}

type meters []*Meter

func metersOf(ctx context.Context) meters {
	m, _ := ctx.Value(meterKey{}).(meters)
	return m
}

func (m meters) add(requests, bytes int64) {
	for _, meter := range m {
		meter.requests.Add(requests)
		meter.bytes.Add(bytes)
	}
}
