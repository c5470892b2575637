// Package gha speaks to a GitHub Actions runner: outputs, job summary, and a log in which
// untrusted text cannot be a command.
package gha

import (
	"crypto/rand"
	"fmt"
	"io"
	"strconv"

	"github.com/sethvargo/go-githubactions"

	"github.com/modelgate/gate"
)

// Runner is the workflow runner that the process was started by.
type Runner struct {
	action *githubactions.Action
	getenv func(string) string
	log    io.Writer
}

// Detect returns the runner, or nil outside of one.
func Detect(getenv func(string) string, log io.Writer) *Runner {
	if getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	return &Runner{
		action: githubactions.New(githubactions.WithWriter(log), githubactions.WithGetenv(getenv)),
		getenv: getenv, log: log,
	}
}

// Outputs sets the outputs of the step: enumerations, numbers and digests only, since
// the runner's file format could be forged by text from the repository.
func (r *Runner) Outputs(report *gate.Report) error {
	if r.getenv("GITHUB_OUTPUT") == "" {
		return nil
	}
	waived, open, fresh, highest := 0, 0, 0, gate.Ignore
	for _, v := range report.Violations {
		if v.Waived != nil {
			waived++
			continue
		}
		open++
		if v.Old {
			continue
		}
		fresh++
		if v.Level == gate.Deny || highest == gate.Ignore {
			highest = v.Level
		}
	}
	return attempt("setting the outputs", func() {
		r.action.SetOutput("verdict", string(report.Verdict))
		r.action.SetOutput("references", strconv.Itoa(len(report.References)))
		r.action.SetOutput("violations", strconv.Itoa(open))
		r.action.SetOutput("new-violations", strconv.Itoa(fresh))
		r.action.SetOutput("waived", strconv.Itoa(waived))
		r.action.SetOutput("highest-level", string(highest))
		r.action.SetOutput("policy-digest", report.Policy.Digest)
	})
}

// Summary adds Markdown to the job summary.
func (r *Runner) Summary(markdown string) error {
	if r.getenv("GITHUB_STEP_SUMMARY") == "" {
		return nil
	}
	return attempt("writing the job summary", func() { r.action.AddStepSummary(markdown) })
}

// Inert runs write with the runner's commands stopped, so that nothing that write puts
// into the log is one, whatever a file or a model is called.
func (r *Runner) Inert(write func() error) error {
	token := rand.Text()
	fmt.Fprintf(r.log, "::stop-commands::%s\n", token)
	defer fmt.Fprintf(r.log, "::%s::\n", token)
	return write()
}

// attempt turns the library's panics, raised where a runner's file cannot be written,
// into errors.
func attempt(doing string, do func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %v", doing, p)
		}
	}()
	do()
	return nil
}
