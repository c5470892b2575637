// Package cli is the command line of the gate: the table of commands, their flags, and
// what becomes of errors. Command is its only door to the world, so that every command
// is tested in process.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/report"
	"github.com/modelgate/gate/internal/usage"
)

// The exit codes of every command. The output format never changes them.
const (
	exitPass       = 0
	exitDenied     = 1
	exitUsage      = 2 // wrong usage or configuration
	exitUnfinished = 3 // the gate itself could not finish
)

// Command is the gate as a process sees it.
type Command struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Dir            string // the working directory; empty for that of the process
	Version        string
	Now            func() time.Time // the clock; nil for that of the machine
}

type command struct {
	name, args, doc string
	run             func(*Command, context.Context, []string) (denied bool, err error)
}

func commands() []command {
	return []command{
		{"check", "[DIR]", "judge the models that a repository uses and holds (the default)", (*Command).check},
		{"scan", "PATH|hf:ORG/NAME[@REV]...", "judge models: files, folders, models of the hub", (*Command).scan},
		{"fetch", "ORG/NAME[@REV]", "download a model through a quarantine, in which it is judged", (*Command).fetch},
		{"lock", "[DIR]", "pin the models that a repository uses, in models.lock", (*Command).lock},
		{"verify", "[DIR]", "compare the code, files on disk and the registries with models.lock", (*Command).verify},
		{"watch", "[DIR]", "compare models.lock with the Hub and alert of each change once", (*Command).watch},
		{"fix", "[DIR]", "edit the source so that it breaks fewer rules: pins, safe flags", (*Command).fix},
		{"policy", "explain|test|init|schema", "show, test or begin a policy, or print its JSON Schema", (*Command).policy},
		{"rules", "", "list the rules", (*Command).rules},
		{"explain", "RULE", "say what a rule finds, why it matters and what to do", (*Command).explain},
		{"version", "", "print the version", (*Command).version},
	}
}

// Main runs the command that args name, without the program's name, and returns the
// exit code.
func (c Command) Main(ctx context.Context, args []string) int {
	if len(args) > 0 && (args[0] == "help" || args[0] == "-h" || args[0] == "--help") {
		help(c.Stdout)
		return exitPass
	}
	name := "check"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	i := slices.IndexFunc(commands(), func(x command) bool { return x.name == name })
	if i < 0 {
		return c.fail(usage.Errorf("unknown command %q: one of %s", name, names()))
	}
	denied, err := commands()[i].run(&c, ctx, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitPass
	case err != nil:
		return c.fail(err)
	case denied:
		return exitDenied
	default:
		return exitPass
	}
}

func names() string {
	var n []string
	for _, c := range commands() {
		n = append(n, c.name)
	}
	return strings.Join(n, ", ")
}

func help(w io.Writer) {
	fmt.Fprint(w, "gate is a policy gate for machine-learning models.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  gate %-34s %s\n", strings.TrimSpace(c.name+" "+c.args), c.doc)
	}
	fmt.Fprint(w, "\nExit codes: 0 pass, 1 denied, 2 wrong usage or configuration, 3 could not finish.\n"+
		"Each command prints its flags with -h.\n")
}

// fail says what went wrong and returns the exit code of an error.
func (c *Command) fail(err error) int {
	fmt.Fprintf(c.Stderr, "gate: %s\n", report.Log(err.Error()))
	var wrongUse usage.Error
	var wrongPolicy *config.Error
	if errors.As(err, &wrongUse) || errors.As(err, &wrongPolicy) {
		return exitUsage
	}
	return exitUnfinished
}

// flags returns a flag set that prints a command's usage on the error stream.
func (c *Command) flags(name, args string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(c.Stderr)
	f.Usage = func() {
		fmt.Fprintf(c.Stderr, "usage: gate %s [flags] %s\n", name, args)
		f.PrintDefaults()
	}
	return f
}

// parse reads flags on either side of the arguments and returns those.
func parse(f *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usage.Error{Err: err}
		}
		taken := args[:len(args)-f.NArg()]
		args = f.Args()
		if len(args) == 0 || len(taken) > 0 && taken[len(taken)-1] == "--" {
			return append(rest, args...), nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// setting is the value of a flag, else of the environment: GATE_NAME, or INPUT_NAME as a
// container action gets it.
func (c *Command) setting(flagged, name string) string {
	if flagged != "" {
		return flagged
	}
	if v := c.Getenv("GATE_" + strings.ReplaceAll(name, "-", "_")); v != "" {
		return v
	}
	return c.Getenv("INPUT_" + name)
}

func (c *Command) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// path is a path as the user wrote it, from the working directory.
func (c *Command) path(p string) string {
	if c.Dir == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.Dir, p)
}

// named is the path of a file that the user may have named.
func (c *Command) named(p string) string {
	if p == "" {
		return ""
	}
	return c.path(p)
}
