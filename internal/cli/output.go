package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gha"
	"github.com/modelgate/gate/internal/report"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
)

// reportFlags are the flags of every command that judges.
type reportFlags struct {
	reports list
	only    list
	quiet   bool
}

func (f *reportFlags) register(fs *flag.FlagSet) {
	fs.Var(&f.reports, "report", "write a report as `FORMAT[=PATH]`: "+strings.Join(report.Formats(), ", ")+" (repeatable; default: text)")
	fs.Var(&f.only, "only", "judge by this `RULE` only (repeatable)")
	fs.BoolVar(&f.quiet, "quiet", false, "print nothing but errors")
}

// list is a flag that may be given several times.
type list []string

// String implements flag.Value.
func (l *list) String() string { return strings.Join(*l, ",") }

// Set implements flag.Value.
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

// outputs are the reports of a run and where they go.
type outputs struct {
	cmd     *Command
	targets []target
	runner  *gha.Runner
	quiet   bool
}

type target struct {
	format string
	path   string // empty for the standard output
	write  report.Writer
}

// outputs reads the report flags, before any work is done.
func (c *Command) outputs(f *reportFlags) (*outputs, error) {
	o := &outputs{cmd: c, runner: gha.Detect(c.Getenv, c.Stdout), quiet: f.quiet}
	specs := f.reports
	if len(specs) == 0 && !f.quiet {
		specs = list{"text"}
	}
	onStdout := ""
	for _, spec := range specs {
		format, path, _ := strings.Cut(spec, "=")
		w, err := report.For(format)
		if err != nil {
			return nil, usage.Error{Err: err}
		}
		if path == "-" {
			path = ""
		}
		if path == "" {
			if onStdout != "" {
				return nil, usage.Errorf("the reports %q and %q both go to the standard output: give one a path, as in --report %s=FILE", onStdout, format, format)
			}
			onStdout = format
		}
		o.targets = append(o.targets, target{format, path, w})
	}
	return o, nil
}

// deliver judges findings and reports.
func deliver(ctx context.Context, j *run.Judgement, found *run.Findings, out *outputs, files fs.FS) (denied bool, err error) {
	r, err := j.Decide(ctx, found)
	if err != nil {
		return false, err
	}
	return denies(r), out.write(r, files)
}

// write writes all reports. Files are complete or not there at all.
func (o *outputs) write(r *gate.Report, files fs.FS) error {
	opt := report.Options{
		Files: files, Prefix: o.cmd.prefix(r.Root), Category: o.cmd.setting("", "CATEGORY"),
		Annotated: o.cmd.setting("", "ANNOTATIONS") == "false",
	}
	for _, t := range o.targets {
		var err error
		if t.path != "" {
			err = o.toFile(t, r, opt)
		} else {
			err = o.toStdout(t, r, opt)
		}
		if err != nil {
			return fmt.Errorf("writing the %s report: %w", t.format, err)
		}
	}
	return o.toRunner(r, opt)
}

func (o *outputs) toFile(t target, r *gate.Report, opt report.Options) error {
	path := o.cmd.path(t.path)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return o.toDevice(path, t, r, opt)
	}
	return replace(path, func(w io.Writer) error { return t.write(w, r, opt) })
}

// toDevice writes into what is no regular file, such as a pipe or the null device, which
// must not be replaced by one.
func (o *outputs) toDevice(path string, t target, r *gate.Report, opt report.Options) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(t.write(f, r, opt), f.Close())
}

func (o *outputs) toStdout(t target, r *gate.Report, opt report.Options) error {
	opt.Color = t.format == "text" && o.cmd.colored()
	write := func() error { return t.write(o.cmd.Stdout, r, opt) }
	if o.runner != nil && t.format == "text" {
		return o.runner.Inert(write)
	}
	return write()
}

// toRunner tells the workflow runner, where there is one: annotations, job summary and
// outputs.
func (o *outputs) toRunner(r *gate.Report, opt report.Options) error {
	if o.runner == nil {
		return nil
	}
	err := errors.Join(report.GitHub(o.cmd.Stdout, r, opt), o.runner.Outputs(r))
	if o.cmd.setting("", "SUMMARY") == "false" {
		return err
	}
	var summary bytes.Buffer
	return errors.Join(err, report.Markdown(&summary, r, opt), o.runner.Summary(summary.String()))
}

// prefix is the judged folder from the root of the checkout that a workflow works on.
func (c *Command) prefix(root string) string {
	workspace := c.Getenv("GITHUB_WORKSPACE")
	if workspace == "" {
		return ""
	}
	dir, err := filepath.Abs(c.path(root))
	if err != nil {
		return ""
	}
	rel, err := filepath.Rel(workspace, dir)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel) + "/"
}

// colored tells whether the standard output wants colours: https://no-color.org.
func (c *Command) colored() bool {
	switch {
	case c.Getenv("NO_COLOR") != "" || c.Getenv("TERM") == "dumb":
		return false
	case c.Getenv("FORCE_COLOR") != "":
		return true
	default:
		return terminal(c.Stdout)
	}
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
