package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
)

// maxSummary keeps a job summary under the runner's 1 MiB, over which all of it is lost.
const maxSummary = 900 << 10

// Markdown writes a job summary: the verdict, a table of findings with what to do, the
// models that are used, and what was not looked at.
func Markdown(w io.Writer, r *gate.Report, _ Options) error {
	m := &summaryWriter{limit: maxSummary}
	m.verdict(r)
	for _, g := range groups(fresh(r)) {
		m.group(g)
	}
	m.review(r)
	m.old(r)
	m.waived(r)
	m.models(r)
	m.footer(r)
	_, err := w.Write(m.bytes())
	return err
}

// summaryWriter collects whole blocks and leaves out those that no longer fit.
type summaryWriter struct {
	limit int // bytes
	buf   bytes.Buffer
	left  int // blocks that did not fit
}

func (m *summaryWriter) block(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if m.buf.Len()+len(s) > m.limit {
		m.left++
		return
	}
	m.buf.WriteString(s)
}

func (m *summaryWriter) bytes() []byte {
	if m.left > 0 {
		fmt.Fprintf(&m.buf, "\n_%d more rows did not fit here; the JSON report has all._\n", m.left)
	}
	return m.buf.Bytes()
}

func (m *summaryWriter) verdict(r *gate.Report) {
	mark := map[gate.Verdict]string{gate.Pass: "✅", gate.Fail: "❌"}[r.Verdict]
	if mark == "" {
		mark = "⚠️"
	}
	m.block("## %s gate: %s\n\n%s\n", mark, r.Verdict, markdown(summary(r)))
}

func (m *summaryWriter) group(g group) {
	m.block("\n### %s `%s` %s\n\n", map[gate.Level]string{gate.Deny: "⛔", gate.Warn: "⚠️"}[g.level], strings.ReplaceAll(plain(g.rule.ID), "`", ""), markdown(g.rule.Title))
	if g.rule.Remediation != "" {
		m.block("%s\n\n", markdown(g.rule.Remediation))
	}
	m.block("| where | what |\n|---|---|\n")
	for _, v := range g.found {
		m.block("| %s | %s |\n", markdown(place(v.At)), markdown(cut(v.Message, 1000)))
	}
}

func (m *summaryWriter) waived(r *gate.Report) {
	_, _, n := count(r)
	if n == 0 {
		return
	}
	m.block("\n### Waived\n\n| where | rule | until | reason | approved by |\n|---|---|---|---|---|\n")
	for _, v := range r.Violations {
		if v.Waived != nil {
			m.block("| %s | %s | %s | %s | %s |\n", markdown(place(v.At)), markdown(v.Rule),
				markdown(cmp.Or(v.Waived.Expires, "no end")), markdown(v.Waived.Reason), markdown(v.Waived.ApprovedBy))
		}
	}
}

func (m *summaryWriter) models(r *gate.Report) {
	if len(r.References) == 0 {
		return
	}
	m.block("\n<details><summary>%s</summary>\n\n| model | revision | loader | where |\n|---|---|---|---|\n", Plural(len(r.References), "model reference"))
	for _, ref := range r.References {
		id := ref.Model.Key()
		if id == "" {
			id = "known only at run time"
		}
		m.block("| %s | %s | %s | %s |\n", markdown(id), markdown(ref.Model.Revision), markdown(ref.Loader), markdown(place(ref.At)))
	}
	m.block("\n</details>\n")
}

func (m *summaryWriter) footer(r *gate.Report) {
	policy := "the built-in policy"
	if r.Policy.Path != "" {
		policy = r.Policy.Path
	}
	m.block("\nJudged by %s (%s), digest `%.12s`.\n", markdown(policy), markdown(r.Policy.Environment), strings.ReplaceAll(plain(r.Policy.Digest), "`", ""))
	for _, u := range r.Unjudged {
		m.block("- Not looked at: %s\n", markdown(u))
	}
}
