package outcome

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

// record keeps what is stated, a line each.
type record struct {
	gate.Recorder
	lines []string
}

func (r *record) Emit(k gate.Kind, at gate.Location, data any) {
	r.lines = append(r.lines, fmt.Sprintf("%s at %d: %+v", k, at.Offset, data))
}

func (r *record) Format(name string, state gate.State, reason string) {
	r.lines = append(r.lines, fmt.Sprintf("%s %s: %s", name, state, reason))
}

func file() (File, *record) {
	r := &record{}
	return File{Out: r, Format: "graph", Malformed: "graph.malformed", Name: "the graph"}, r
}

func TestFailed(t *testing.T) {
	limit := Limit{Err: errors.New("too deep"), Budget: "depth", Max: 7}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{t.Context(), nil, ""},
		{t.Context(), fmt.Errorf("graph: %w", limit.Err),
			"scan.incomplete at 5: {Reason:graph: too deep Budget:depth Limit:7}\ngraph unread: graph: too deep"},
		{t.Context(), errors.New("no node"), "graph.malformed at 5: {Reason:no node}\ngraph unread: no node"},
		{cancelled, nil, "scan.incomplete at 5: {Reason:reading the graph: context canceled Budget:time Limit:0}\ngraph unread: reading the graph: context canceled"},
		{cancelled, limit.Err, "scan.incomplete at 5: {Reason:reading the graph: context canceled Budget:time Limit:0}\ngraph unread: reading the graph: context canceled"},
	} {
		f, r := file()
		failed := f.Failed(c.ctx, gate.Location{Offset: 5}, c.err, limit)
		if got := strings.Join(r.lines, "\n"); got != c.want || failed != (c.want != "") {
			t.Errorf("%v: failed is %v\n%s", c.err, failed, got)
		}
	}
	f, _ := file()
	if f.Failed(t.Context(), gate.Location{}, nil, Limit{}) {
		t.Error("a reader without limits fails without an error")
	}
}

type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errors.New("no network") }

func TestRead(t *testing.T) {
	for _, c := range []struct {
		r    io.ReaderAt
		size int64
		want string
	}{
		{bytes.NewReader([]byte("nodes")), 5, ""},
		{bytes.NewReader(make([]byte, 9)), 9, "scan.incomplete at 0: {Reason:the graph is longer than is read Budget:bytes Limit:8}\ngraph unread: the graph is longer than is read"},
		{bytes.NewReader([]byte("no")), 5, "scan.incomplete at 0: {Reason:the graph could not be read Budget: Limit:0}\ngraph unread: the graph could not be read"},
		{broken{}, 5, "scan.incomplete at 0: {Reason:the graph could not be read Budget: Limit:0}\ngraph unread: the graph could not be read"},
	} {
		f, r := file()
		text, ok := f.Read(gate.NewBlob("graph.json", c.size, c.r), 8)
		if got := strings.Join(r.lines, "\n"); got != c.want || ok != (c.want == "") || ok && string(text) != "nodes" {
			t.Errorf("%q, %v\n%s", text, ok, got)
		}
	}
}
