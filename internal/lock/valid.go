package lock

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

const (
	dateLayout = "2006-01-02"
	maxText    = 256  // bytes of a name or a reason
	maxPath    = 1024 // bytes of the path of a file
)

var (
	commitShape = regexp.MustCompile(`^([0-9a-f]{40}|(sha256:)?[0-9a-f]{64})$`)
	gitShape    = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	sha256Shape = regexp.MustCompile(`^[0-9a-f]{64}$`)
	hubIDShape  = regexp.MustCompile(`^[0-9a-f]{24}$`)
	wordShape   = regexp.MustCompile(`^[a-z]{1,32}$`)
)

var (
	gates    = []string{"", "auto", "manual"}
	modes    = []string{"range", "full"}
	verdicts = []string{string(gate.Pass), string(gate.Fail), string(gate.Unfinished)}
)

// valid says what of an entry cannot stand in a lock file.
func valid(l *gate.Locked) error {
	if len(l.Files) > maxFiles {
		return fmt.Errorf("it has %d files, more than %d", len(l.Files), maxFiles)
	}
	if !slices.Contains(gates, l.Gated) {
		return fmt.Errorf(`gated %q is not "auto" or "manual"`, l.Gated)
	}
	errs := []error{
		say("commit", isCommit(l.Commit)), say("name", isText(l.Name)), say("owner", isText(l.Owner.Name)),
		optional("id", l.ID, idOf(l.Key)), optional("owner id", l.Owner.ID, idOf(l.Key)),
		optional("kind of owner", l.Owner.Type, isWord), optional("license", l.License, isText),
	}
	if !l.Created.IsZero() && !isYear(l.Created.Year()) {
		errs = append(errs, fmt.Errorf("created in %d is no date", l.Created.Year()))
	}
	for _, digest := range l.Reviewed {
		errs = append(errs, say("reviewed code", isSHA256(digest)))
	}
	for i, f := range l.Files {
		errs = append(errs, validFile(f))
		if i > 0 && l.Files[i-1].Path == f.Path {
			errs = append(errs, fmt.Errorf("the file %q is there twice", f.Path))
		}
	}
	if s := l.Scan; s != nil {
		errs = append(errs, say("engine", isText(s.Engine)), say("verdict", oneOf(verdicts)(string(s.Verdict))), say("mode", oneOf(modes)(s.Mode)))
	}
	return first(errs)
}

func validFile(f gate.LockedFile) error {
	if f.Size < 0 {
		return fmt.Errorf("the size of the file %q is negative", f.Path)
	}
	if f.Git == "" && f.SHA256 == "" {
		return fmt.Errorf("the file %q has no digest", f.Path)
	}
	return first([]error{say("file", isPath(f.Path)), optional("git", f.Git, isGit), optional("sha256", f.SHA256, isSHA256), optional("why", f.Excluded, isText)})
}

func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func say(what, problem string) error {
	if problem == "" {
		return nil
	}
	return fmt.Errorf("%s %s", what, problem)
}

func optional(what, value string, check func(string) string) error {
	if value == "" {
		return nil
	}
	return say(what, check(value))
}

// The checks of single values return what is wrong, or nothing.

func isCommit(s string) string {
	return matches(commitShape, s, `is not a full commit (40 lower-case hexadecimal digits) or a digest ("sha256:" and 64)`)
}

func isGit(s string) string { return matches(gitShape, s, "is not 40 lower-case hexadecimal digits") }

func isSHA256(s string) string {
	return matches(sha256Shape, s, "is not 64 lower-case hexadecimal digits")
}

func isHubID(s string) string {
	return matches(hubIDShape, s, "is not 24 lower-case hexadecimal digits")
}

func isWord(s string) string { return matches(wordShape, s, "is not a word of small letters") }

func isText(s string) string {
	switch {
	case s == "":
		return "is empty"
	case len(s) > maxText:
		return fmt.Sprintf("has more than %d bytes", maxText)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "has characters that cannot be printed"
	}
	return ""
}

func isPath(s string) string {
	switch {
	case len(s) > maxPath:
		return fmt.Sprintf("has a path of more than %d bytes", maxPath)
	case !fs.ValidPath(s) || s == "." || strings.ContainsAny(s, "\\") || strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Sprintf("%q is not a path below the model, with slashes", s)
	case len(scalar(s)) > maxPath:
		return "has a path that is too long once it is quoted" // a key of YAML ends there
	}
	return ""
}

// isYear keeps dates to four digits, and apart from the zero time.
func isYear(y int) bool { return y >= 1970 && y <= 9999 }

func oneOf(words []string) func(string) string {
	return func(s string) string {
		if slices.Contains(words, s) {
			return ""
		}
		return "is not one of " + strings.Join(words, ", ")
	}
}

// idOf is the check for the ids that a registry gives.
func idOf(key string) func(string) string {
	if strings.HasPrefix(key, "hf:") {
		return isHubID
	}
	return isText
}

func matches(shape *regexp.Regexp, s, problem string) string {
	if shape.MatchString(s) {
		return ""
	}
	return problem
}
