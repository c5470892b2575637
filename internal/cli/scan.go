package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/usage"
)

// scan judges models, on disk or at a registry: facts about their files, and what the
// built-in policy says of them.
func (c *Command) scan(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("scan", "PATH|hf:ORG/NAME[@REV]...")
	var reports reportFlags
	reports.register(f)
	offline := f.Bool("offline", false, "ask no registry")
	paths, err := parse(f, args)
	if err != nil {
		return false, err
	}
	if len(paths) == 0 {
		return false, usage.Errorf("scan needs a file, a folder, or a model such as hf:ORG/NAME to look at")
	}
	out, err := c.outputs(&reports)
	if err != nil {
		return false, err
	}
	defaults, err := run.DefaultRules()
	if err != nil {
		return false, err
	}
	j := &run.Judgement{Session: c.session(), Policy: config.Default(defaults), Only: reports.only, Started: started, Root: strings.Join(paths, " ")}
	found, files := &run.Findings{}, fs.FS(nil)
	for _, p := range paths {
		one, of, err := c.scanPath(ctx, p, len(paths) == 1, *offline)
		if err != nil {
			return false, err
		}
		found.Add(one)
		files = of
	}
	if len(paths) > 1 {
		files = nil
	}
	return deliver(ctx, j, found, out, files)
}

// scanPath scans one folder or file. The paths of a lone folder are relative to it; all
// others begin with what the user wrote.
func (c *Command) scanPath(ctx context.Context, p string, alone, offline bool) (*run.Findings, fs.FS, error) {
	if source, _, ok := strings.Cut(p, ":"); ok && slices.Contains(sources, source) {
		found, err := c.scanRegistry(ctx, p, offline)
		return found, nil, err
	}
	info, err := os.Stat(c.path(p))
	if err != nil {
		return nil, nil, usage.Errorf("scan: %w", err)
	}
	dir, prefix := p, filepath.ToSlash(filepath.Clean(p))
	if !info.IsDir() {
		dir = filepath.Dir(p)
		prefix = filepath.ToSlash(dir)
	}
	root, err := c.openFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	fsys := root.FS()
	if !info.IsDir() {
		fsys = only{fsys, filepath.Base(p)}
	}
	res, err := c.session().Tree(ctx, fsys, scan.Options{Inspectors: checks.Inspectors(), Auditors: checks.Auditors(), Models: true})
	if err != nil {
		return nil, nil, fmt.Errorf("scanning %q: %w", p, err)
	}
	if prefix == "." || alone && info.IsDir() {
		prefix = ""
	}
	return artifactOf(p, res, prefix), os.DirFS(c.path(dir)), nil
}

// sources are the registries whose models can be named as "source:id".
var sources = []string{"hf", "ollama", "oci", "modelscope", "url"}

// scanRegistry scans a model by ranges. One that cannot be looked at is no verdict.
func (c *Command) scanRegistry(ctx context.Context, arg string, offline bool) (*run.Findings, error) {
	id, err := registryModel(arg)
	if err != nil {
		return nil, err
	}
	registries, err := c.registries(offline, true)
	if err != nil {
		return nil, err
	}
	if registries == nil {
		return nil, usage.Errorf("%q cannot be read offline: leave out --offline, unset HF_HUB_OFFLINE", arg)
	}
	ref := gate.Reference{Model: id, Loader: "gate scan", At: gate.Location{Path: scan.Remote(id, "")}, Context: gate.InCode, Resolution: gate.Literal}
	found, err := c.session().Models(ctx, []gate.Reference{ref}, scan.Online{Inspectors: checks.Inspectors(), Registries: registries})
	if err != nil {
		return nil, err
	}
	if len(found.Artifacts) == 0 {
		return nil, notSeen(arg, found.Evidence)
	}
	found.Unjudged = []string{"how models behave: nothing was run", "the digests of large files: " + arg + " was read by ranges, and its registry states them"}
	return found, nil
}

// notSeen is why a model could not be looked at.
func notSeen(arg string, evidence []gate.Evidence) error {
	for _, e := range evidence {
		if u, ok := e.Data.(gate.Unavailable); ok {
			return fmt.Errorf("%q: %s", arg, u.Detail)
		}
	}
	return fmt.Errorf("%q: its registry gave no answer", arg)
}

// artifactOf takes what a scan found as one model, with its paths below a prefix.
func artifactOf(p string, res *scan.Result, prefix string) *run.Findings {
	at := func(path string) string {
		if prefix == "" {
			return path
		}
		return prefix + "/" + path
	}
	for i := range res.Files {
		res.Files[i].Path = at(res.Files[i].Path)
	}
	for i := range res.Evidence {
		res.Evidence[i].At.Path = at(res.Evidence[i].At.Path)
	}
	return &run.Findings{
		Artifacts: []gate.Artifact{{Model: gate.ModelID{Source: "local", Name: p}, Files: res.Files}},
		Evidence:  res.Evidence,
		Stats:     res.Stats,
		Unjudged:  run.Unjudged(res),
	}
}

// only is a folder in which one file is seen.
type only struct {
	fs.FS
	name string
}

// ReadDir implements fs.ReadDirFS.
func (o only) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	for _, e := range entries {
		if e.Name() == o.name && name == "." {
			return []fs.DirEntry{e}, err
		}
	}
	return nil, err
}

// Stat implements fs.StatFS.
func (o only) Stat(name string) (fs.FileInfo, error) { return fs.Stat(o.FS, name) }
