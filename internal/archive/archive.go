// Package archive holds what the inspectors of all archives have in common: the facts
// that they state, and which names and links lead out of a folder.
package archive

import (
	"io"
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// The kinds of facts about archives.
const (
	KindEntry     gate.Kind = "archive.entry"
	KindConflict  gate.Kind = "archive.conflict"
	KindAnomaly   gate.Kind = "archive.anomaly"
	KindUnread    gate.Kind = "archive.unread"
	KindMalformed gate.Kind = "archive.malformed"
)

// Entry is the data of archive.entry: an entry that leads out of the folder that the
// archive is unpacked in, or that is no file. Problem is parent, absolute, drive, nul,
// link, device.
type Entry struct {
	Name    string `json:"name"`
	Problem string `json:"problem"`
	Target  string `json:"target,omitempty"` // of a link
}

// Conflict is the data of archive.conflict: two readers of one archive see different
// files. What is duplicate, case, name, size, method, hidden, directory, polyglot.
type Conflict struct {
	Name string `json:"name"`
	A    string `json:"a"`
	B    string `json:"b"`
	What string `json:"what"`
}

// Anomaly is the data of archive.anomaly: something that writers do not do and that
// changes no content. Problem is crc, flag, version, method, overlap, extra, case,
// duplicate, prefix, gap, suffix, comment, link, backslash, ratio.
type Anomaly struct {
	Name    string `json:"name"`
	Problem string `json:"problem"`
	Detail  string `json:"detail,omitempty"`
}

// Unread is the data of archive.unread: bytes that no reader of the format reads.
// Reason is unreferenced, longer, trailing.
type Unread struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
	Size   int64  `json:"size"`
}

// Emits are the kinds of this package with zero values, for a Spec.
func Emits() map[gate.Kind]any {
	return map[gate.Kind]any{
		KindEntry:           Entry{},
		KindConflict:        Conflict{},
		KindAnomaly:         Anomaly{},
		KindUnread:          Unread{},
		KindMalformed:       gate.Malformed{},
		gate.KindIncomplete: gate.Incomplete{},
	}
}

// NameProblem tells how a name leads out of the folder it is unpacked in, or "".
func NameProblem(name string) string {
	slashed := strings.ReplaceAll(name, `\`, "/")
	switch {
	case strings.ContainsRune(name, 0):
		return "nul"
	case strings.HasPrefix(slashed, "/"):
		return "absolute"
	case len(name) >= 2 && name[1] == ':' && (name[0]|0x20) >= 'a' && (name[0]|0x20) <= 'z':
		return "drive"
	}
	for part := range strings.SplitSeq(slashed, "/") {
		if part == ".." {
			return "parent"
		}
	}
	return ""
}

// LinkEscapes tells whether the target of a link leads out of the archive. A symbolic
// link is relative to the folder it stands in, a hard link to the root.
func LinkEscapes(name, target string, hard bool) bool {
	target = strings.ReplaceAll(target, `\`, "/")
	if p := NameProblem(target); p != "" && p != "parent" {
		return true
	}
	if !hard {
		target = path.Join(path.Dir(name), target)
	}
	target = path.Clean(target)
	return target == ".." || strings.HasPrefix(target, "../")
}

// Name states what is wrong with the name of an entry and tells whether nothing is.
func Name(out gate.Recorder, name string, offset int64) bool {
	at := gate.Location{Offset: offset}
	if p := NameProblem(name); p != "" {
		out.Emit(KindEntry, at, Entry{Name: name, Problem: p})
		return false
	}
	if strings.Contains(name, `\`) {
		out.Emit(KindAnomaly, at, Anomaly{Name: name, Problem: "backslash"})
		return false
	}
	return true
}

// Link states that an entry is a link.
func Link(out gate.Recorder, name, target string, hard bool, offset int64) {
	at := gate.Location{Offset: offset}
	if LinkEscapes(name, target, hard) {
		out.Emit(KindEntry, at, Entry{Name: name, Problem: "link", Target: target})
	} else {
		out.Emit(KindAnomaly, at, Anomaly{Name: name, Problem: "link", Detail: target})
	}
}

// Device states that an entry is a device, a pipe or a socket.
func Device(out gate.Recorder, name string, offset int64) {
	out.Emit(KindEntry, gate.Location{Offset: offset}, Entry{Name: name, Problem: "device"})
}

// Hollow tells whether r has nothing but zeros, as far as it is worth looking.
func Hollow(r io.ReaderAt, from, to int64) bool {
	buf := make([]byte, 64<<10)
	for at := from; at < to; at += int64(len(buf)) {
		n, err := r.ReadAt(buf[:min(int64(len(buf)), to-at)], at)
		for _, c := range buf[:n] {
			if c != 0 {
				return false
			}
		}
		if err != nil && err != io.EOF || at-from > 64<<20 {
			return false
		}
	}
	return true
}
