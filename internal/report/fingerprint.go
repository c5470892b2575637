package report

import (
	"fmt"
	"unicode/utf16"
)

// lineHashes computes primaryLocationLineHash for each line of a text as code scanning's
// own uploader does, so that alerts stay the same alert when lines move: a rolling hash
// over the 100 UTF-16 units from the start of the line, blanks left out. The result has
// the hash of line n at index n-1.
func lineHashes(text []byte) []string {
	const block, mod, eof = 100, 37, 0xFFFF
	var first uint64 = 1
	for range block {
		first *= mod
	}
	var (
		window    [block]uint64
		starts    [block]int // the line that starts at this place of the window, or 0
		hash      uint64
		index     int
		line      int
		lineStart = true
		afterCR   bool
		seen      = map[uint64]int{}
		out       []string
	)
	emit := func() {
		if n := starts[index]; n > 0 {
			seen[hash]++
			out = append(out, fmt.Sprintf("%x:%d", hash, seen[hash]))
			starts[index] = 0
		}
	}
	push := func(unit uint64) {
		hash = mod*hash + unit - first*window[index]
		window[index] = unit
		index = (index + 1) % block
	}
	take := func(unit uint16) {
		if unit == ' ' || unit == '\t' || afterCR && unit == '\n' {
			afterCR = false
			return
		}
		if afterCR = unit == '\r'; afterCR {
			unit = '\n'
		}
		emit()
		if lineStart {
			line++
			starts[index] = line
		}
		lineStart = unit == '\n'
		push(uint64(unit))
	}
	var units [2]uint16
	for _, r := range string(text) {
		for _, u := range utf16.AppendRune(units[:0], r) {
			take(u)
		}
	}
	take(eof)
	for range block {
		emit()
		push(0)
	}
	return out
}
