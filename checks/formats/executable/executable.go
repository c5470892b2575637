// Package executable recognises programs and libraries among the files of a model by
// their structure (ELF, PE, Mach-O, Python bytecode), and the path configuration files
// whose import lines Python runs at every start
// (https://docs.python.org/3/library/site.html).
package executable

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/magic"
	"github.com/modelgate/gate/internal/outcome"
)

const (
	maxSite = 4 << 20
	maxLine = 200
)

// Library is the data of native.library: code that the machine or Python runs as it is.
type Library struct {
	// Type is elf, pe, mach-o or pyc.
	Type string `json:"type"`
}

// Site is the data of python.site: a line that Python runs when it starts.
type Site struct {
	Line string `json:"line"`
}

// Inspector reads executables and path configuration files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "executable",
		Doc:  "Native libraries, programs, Python bytecode, and path files that Python runs at its start.",
		Emits: map[gate.Kind]any{
			"native.library":    Library{},
			"python.site":       Site{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	return magic.Executable(b.Head()) != "" || site(b)
}

// site tells whether a file is a path configuration and not weights, which share the
// extension.
func site(b *gate.Blob) bool {
	return strings.HasSuffix(strings.ToLower(b.Path), ".pth") && text(b.Head())
}

func text(head []byte) bool {
	if len(head) == gate.HeadSize {
		// The last character may be cut.
		head = head[:len(head)-utf8.UTFMax]
	}
	return len(head) > 0 && bytes.IndexByte(head, 0) < 0 && !bytes.ContainsAny(head, "\x01\x02\x03\x80")
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(_ context.Context, b *gate.Blob, out gate.Recorder) {
	if kind := magic.Executable(b.Head()); kind != "" {
		out.Emit("native.library", gate.Location{}, Library{kind})
		out.Format("executable", gate.Unproven, "")
		return
	}
	data, ok := outcome.File{Out: out, Format: "pth", Name: "the path file"}.Read(b, maxSite)
	if !ok {
		return
	}
	src := gate.NewSource("", data)
	start := len(data) - len(bytes.TrimPrefix(data, []byte("\ufeff")))
	for start < len(data) {
		end, next := line(data, start)
		if l := string(data[start:end]); strings.HasPrefix(l, "import ") || strings.HasPrefix(l, "import\t") {
			out.Emit("python.site", src.At(start, end), Site{shorten(l)})
		}
		start = next
	}
	out.Format("pth", gate.Unproven, "")
}

// line is the end of the line at start and the start of the next, where Python's
// str.splitlines ends lines.
func line(data []byte, start int) (end, next int) {
	for i := start; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		switch r {
		case '\n', '\r', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
			return i, i + n
		}
		i += n
	}
	return len(data), len(data)
}

func shorten(l string) string {
	if len(l) > maxLine {
		l = l[:maxLine] + "…"
	}
	return strings.ToValidUTF8(l, "\ufffd")
}
