package hub

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/modelgate/gate"
)

// IDTime is the second at which the Hub made an id: the first four bytes of its 24
// hexadecimal digits. It is zero for what is no such id.
func IDTime(id string) time.Time {
	if !isID(id) {
		return time.Time{}
	}
	b, err := hex.DecodeString(id[:8])
	if err != nil {
		return time.Time{}
	}
	return time.Unix(int64(b[0])<<24|int64(b[1])<<16|int64(b[2])<<8|int64(b[3]), 0).UTC()
}

// IsCommit tells that a revision is a full commit.
func IsCommit(rev string) bool { return len(rev) == 40 && isHex(rev) }

func isID(s string) bool     { return len(s) == 24 && isHex(s) }
func isSHA256(s string) bool { return len(s) == 64 && isHex(s) }

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return true
}

// CheckName tells what keeps a name from being that of a model: "org/name", or the bare
// name of one from the time before namespaces. The grammar is that of huggingface_hub's
// _validators.py, in ASCII as at the Hub.
func CheckName(name string) error {
	ns, rest, slash := strings.Cut(name, "/")
	if !slash {
		return checkSegment(name)
	}
	if err := checkSegment(ns); err != nil {
		return err
	}
	return checkSegment(rest)
}

func checkSegment(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("a part of it is empty")
	case len(s) > 96:
		return fmt.Errorf("a part of it has more than 96 characters")
	case strings.Contains(s, "--") || strings.Contains(s, ".."):
		return fmt.Errorf(`it has "--" or ".."`)
	case strings.HasSuffix(s, ".git"):
		return fmt.Errorf(`it ends with ".git"`)
	case strings.ContainsAny(s[:1]+s[len(s)-1:], "-."):
		return fmt.Errorf("a part of it begins or ends with a dash or a dot")
	}
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '-' || c == '.') {
			return fmt.Errorf("it has characters other than ASCII letters, digits, dash, dot and underscore")
		}
	}
	return nil
}

// checkRevision follows the rules of git for names of references, in ASCII.
func checkRevision(rev string) error {
	if rev == "" || len(rev) > 255 || strings.Contains(rev, "..") || strings.Contains(rev, "//") || strings.Contains(rev, "@{") ||
		strings.ContainsAny(rev, " ~^:?*[\\") || strings.ContainsAny(rev[:1]+rev[len(rev)-1:], "/.-") {
		return fmt.Errorf("it is no name of a branch, tag or commit")
	}
	for i := range len(rev) {
		if rev[i] < ' ' || rev[i] > '~' {
			return fmt.Errorf("it has characters that no revision has")
		}
	}
	return nil
}

// asked validates what a caller asks for, before any request; an empty revision is the
// default branch.
func asked(name, rev string) (string, error) {
	id := gate.ModelID{Name: name, Revision: rev}.String()
	if err := CheckName(name); err != nil {
		return "", unavailable(id, gate.ReasonNotFound, "%q cannot be the name of a model at the Hub: %v", name, err)
	}
	if rev == "" {
		return defaultBranch, nil
	}
	if err := checkRevision(rev); err != nil {
		return "", unavailable(id, gate.ReasonRevision, "%q cannot be a revision of %s: %v", rev, name, err)
	}
	return rev, nil
}

// defaultBranch is that of every repository at the Hub.
const defaultBranch = "main"
