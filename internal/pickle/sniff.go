package pickle

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/modelgate/gate/internal/binary"
)

// Sniff tells whether a file or constant that begins with head looks like a pickle. A
// PROTO of protocol 2 and above must be followed by opcodes that hold together. Below
// there is no magic: the opcodes must come to a STOP or a call, with an import or a use
// of the memo on the way, which text and tensors do not.
func Sniff(head []byte) bool {
	if len(head) < 2 {
		return false
	}
	magic := head[0] == opProto
	if magic && (head[1] > 5 || len(head) > 2 && opcodes[head[2]].name == "") {
		return false
	}
	if !magic && !mayBegin(head[0]) {
		return false
	}
	r := glance(head)
	named := r.named()
	if magic {
		return r.Stopped || named || r.cut && r.Opcodes >= 2 || r.Opcodes >= 8
	}
	if named {
		return r.Stopped || len(r.Calls) > 0 || r.cut && r.Opcodes >= 4 || r.dangerous()
	}
	return r.memoized && r.Stopped && r.Opcodes >= 3 || r.cut && r.Opcodes >= 64
}

// SniffLong looks further where the head of a file is one long constant, behind which a
// pickle without PROTO may go on: by the opcodes that follow, whose payloads it skips.
func SniffLong(r io.ReaderAt, head []byte, size int64) bool {
	if len(head) < 2 || int64(len(head)) >= size || bytes.IndexByte([]byte("STUVXBC\x8c\x8d\x8e\x96"), head[0]) < 0 {
		return false
	}
	if short := glance(head); !short.cut || short.Opcodes >= 64 {
		return false
	}
	long := Run(context.Background(), binary.NewCursor(r, 0, size), glancing)
	return long.named() && (long.Stopped || len(long.Calls) > 0)
}

// mayBegin tells whether a pickle without PROTO may begin with an opcode.
func mayBegin(c byte) bool {
	return bytes.IndexByte([]byte("(])}cFGIJKLMNPSTUVX\x82\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96BC"), c) >= 0
}

// dangerous tells whether a name that does harm was looked up, which is done even if the
// stream breaks behind it.
func (r *Result) dangerous() bool {
	for _, i := range r.Imports {
		if i.Class == Dangerous && !strings.Contains(i.Name, ".") {
			return true
		}
	}
	return false
}

// named tells whether the stream looks up something, and only what has a name that
// Python can have.
func (r *Result) named() bool {
	for _, i := range r.Imports {
		if !identifier(i.Module) && i.Harm != "computed" || !identifier(i.Name) && i.Harm != "computed" {
			return false
		}
	}
	return len(r.Imports) > 0
}

// Start finds where a pickle begins in the head of a file: at 0, or behind a byte order
// mark, zeros, blanks, or other bytes that a loader may have been told to skip. It is -1
// where there is none. With text a pickle without PROTO is looked for behind other bytes
// too, which finds those that are quoted in prose.
func Start(head []byte, text bool) int {
	if Sniff(head) {
		return 0
	}
	lead := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	lead = bytes.TrimLeft(lead, "\x00 \t\r\n")
	if at := len(head) - len(lead); at > 0 && Sniff(lead) {
		return at
	}
	return Find(head, 1, text)
}

// Find looks for a pickle with an import from an offset of b on; -1 where there is none.
// Only what has a PROTO, or with text begins with a GLOBAL of two names and comes to a
// call, counts.
func Find(b []byte, from int, text bool) int {
	for i, tries := from, 0; i+8 < len(b) && tries < mostTries; i++ {
		switch b[i] {
		case opProto:
			if b[i+1] < 2 || b[i+1] > 5 || opcodes[b[i+2]].name == "" {
				continue
			}
		case opGlobal:
			if !text || !twoNames(b[i+1:]) {
				continue
			}
		default:
			continue
		}
		tries++
		r := glance(b[i:])
		if r.named() && (len(r.Calls) > 0 || b[i] == opProto && r.Stopped) {
			return i
		}
	}
	return -1
}

// mostTries bounds the places at which Find looks closer.
const mostTries = 64

// glance runs what may be a pickle, without looking into its constants.
func glance(b []byte) *Result {
	return Run(context.Background(), binary.NewCursor(bytes.NewReader(b), 0, int64(len(b))), glancing)
}

var glancing = Options{
	Limits: Limits{Opcodes: 1 << 12, Values: 1 << 14, Memo: 1 << 12, Stack: 1 << 12},
	depth:  mostDepth,
}

// mostDepth is a depth at which nothing nested is looked at.
const mostDepth = 1 << 10

// twoNames tells whether b begins with two lines that are dotted names.
func twoNames(b []byte) bool {
	for range 2 {
		n := bytes.IndexByte(b[:min(len(b), 128)], '\n')
		if n <= 0 || !identifier(string(b[:n])) {
			return false
		}
		b = b[n+1:]
	}
	return true
}
