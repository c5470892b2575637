package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
)

// A runner shows ten annotations of a type for a step, each up to 4,096 characters.
const (
	maxAnnotations     = 10
	maxAnnotationChars = 4000
)

// GitHub writes workflow commands that annotate the changed files: the ten worst denials
// and the ten worst warnings, since a runner shows no more.
func GitHub(w io.Writer, r *gate.Report, opt Options) error {
	if opt.Annotated {
		return nil
	}
	left := map[gate.Level]int{gate.Deny: maxAnnotations, gate.Warn: maxAnnotations}
	for _, g := range groups(fresh(r)) {
		for _, v := range g.found {
			if left[g.level] == 0 {
				break
			}
			left[g.level]--
			if _, err := fmt.Fprintln(w, annotation(g, anchored(v), opt.Prefix)); err != nil {
				return err
			}
		}
	}
	return nil
}

func annotation(g group, v gate.Violation, prefix string) string {
	command := "warning"
	if g.level == gate.Deny {
		command = "error"
	}
	props := "file=" + property(prefix+outer(v.At.Path))
	if v.At.Line > 0 {
		props += fmt.Sprintf(",line=%d", v.At.Line)
		if v.At.Column > 0 {
			props += fmt.Sprintf(",col=%d", v.At.Column)
		}
	}
	title := cut(g.rule.ID+": "+g.rule.Title, 200)
	message := v.Message
	if g.rule.Remediation != "" {
		message += "\n" + g.rule.Remediation
	}
	return fmt.Sprintf("::%s %s,title=%s::%s", command, props, property(title), data(cut(message, maxAnnotationChars)))
}

// data escapes the message of a workflow command, property a value of its head.
func data(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.ReplaceAll(plain(lines[i]), "%", "%25")
	}
	return strings.Join(lines, "%0A")
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C", "\r", "%0D", "\n", "%0A").Replace(plain(s))
}

// outer is the path of the file itself, without the entry of a container.
func outer(path string) string {
	p, _, _ := strings.Cut(path, "!")
	return p
}
