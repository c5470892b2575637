package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/watch"
	"github.com/modelgate/gate/rego"
)

// watchRule judges the alerts. Its options say how bad each type is.
const watchRule = "watch-alert"

// The bounds for all models, for the new files of one, and for the bytes of one of those.
const (
	watchTime = 15 * time.Minute
	lookTime  = time.Minute
	lookBytes = 32 << 20
)

// watchFlags are the flags of watch beside those of every run.
type watchFlags struct{ state, issue, webhook, format string }

// watch compares the models of the lock with what the Hub says of them now, and raises
// each change once.
func (c *Command) watch(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("watch", "[DIR]")
	var reports reportFlags
	var run runFlags
	var own watchFlags
	reports.register(f)
	run.register(f)
	f.StringVar(&own.state, "state", "", "keep in `FILE` what was raised, so that it is raised once")
	f.StringVar(&own.issue, "issue", "", "write the open alerts to `FILE` as the body of a GitHub issue; it is empty where there are none")
	f.StringVar(&own.webhook, "webhook", "", "post new alerts to the `URL` (GATE_WEBHOOK is safer: URLs of webhooks are secrets; GATE_WEBHOOK_SECRET signs)")
	f.StringVar(&own.format, "webhook-format", "", "the `FORMAT` of what is posted: "+strings.Join(watch.Formats(), ", "))
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	out, err := c.outputs(&reports)
	if err != nil {
		return false, err
	}
	repo, err := c.repository(rest, "watch", run.policy)
	if err != nil {
		return false, err
	}
	defer repo.root.Close()
	w, err := c.watching(ctx, repo, &run, &own)
	if err != nil {
		return false, err
	}
	found, err := w.run(ctx)
	if err != nil {
		return false, err
	}
	if len(found.Raised) == 0 && len(reports.reports) == 0 {
		out.targets = nil
	}
	only := reports.only
	if len(only) == 0 {
		only = list{watchRule}
	}
	j := &judgement{cmd: c, policy: repo.policy, only: only, started: started, root: repo.dir, files: repo.root.FS()}
	denied, err = j.deliver(ctx, &findings{Evidence: evidenceOf(found.Raised), Unjudged: w.unjudged(found)}, out)
	if err != nil {
		return false, err
	}
	return denied, w.tell(ctx, found)
}

// watching is one run of watch.
type watching struct {
	cmd        *Command
	opt        watch.Options
	severities *watch.Severities
	webhook    *watch.Webhook
	flags      *watchFlags
	limit      time.Duration
	others     int // models of registries that are not watched
}

// watching reads all that a run needs, before anything is asked.
func (c *Command) watching(ctx context.Context, repo *repository, run *runFlags, own *watchFlags) (*watching, error) {
	locks, err := c.lockToWatch(run.lock, repo.root)
	if err != nil {
		return nil, err
	}
	w := &watching{cmd: c, flags: own, limit: repo.policy.Limits.Online}
	if w.limit <= 0 {
		w.limit = watchTime
	}
	if w.opt.State, err = c.readState(own.state); err != nil {
		return nil, err
	}
	if w.severities, err = severities(repo.policy); err != nil {
		return nil, err
	}
	w.opt.Escalate = w.severities.Escalate
	if target := c.setting(own.webhook, "WEBHOOK"); target != "" {
		if w.webhook, err = watch.NewWebhook(target, c.setting("", "WEBHOOK_SECRET"), c.setting(own.format, "WEBHOOK_FORMAT")); err != nil {
			return nil, usageError{err}
		}
	}
	for _, key := range locks.Keys() {
		id, err := lock.ParseKey(key)
		if err != nil {
			return nil, usageError{err}
		}
		if id.Source != "hf" {
			w.others++
			continue
		}
		entry, _ := locks.Lookup(id)
		w.opt.Models = append(w.opt.Models, entry)
	}
	w.opt.LockedAt = lockedAt(ctx, c.path(repo.dir), run.lock, w.opt.Models)
	return w, c.watchHub(w, repo.policy, run.offline)
}

// watchHub sets whom to ask.
func (c *Command) watchHub(w *watching, pol *config.Policy, offline bool) error {
	cfg, err := hub.FromEnv(c.Getenv)
	if err != nil {
		return usageError{err}
	}
	if offline || cfg.Offline {
		return usagef("watch asks the Hub, and the run is offline: unset HF_HUB_OFFLINE")
	}
	client, err := hub.New(cfg)
	if err != nil {
		return usageError{err}
	}
	w.opt.Hub = client
	if client.IsHub() {
		w.opt.Jitter = 500 * time.Millisecond
	}
	w.opt.Inspect = func(ctx context.Context, r *gate.Repository, files []gate.RemoteFile) (watch.Look, error) {
		return c.judgeNew(ctx, client, pol, r, files)
	}
	return nil
}

// lockToWatch is the lock, which must be there.
func (c *Command) lockToWatch(named string, root *os.Root) (*lock.File, error) {
	if named == "" {
		if _, err := root.Stat(lock.Name); errors.Is(err, fs.ErrNotExist) {
			return nil, usagef("there is no %s to compare with: run `gate lock` first", lock.Name)
		}
	}
	return c.readLock(named, root)
}

// readState is the state of the last run, or that before the first where there is none.
func (c *Command) readState(file string) (*watch.State, error) {
	if file == "" {
		return watch.NewState(), nil
	}
	f, err := os.Open(c.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		if info, err := os.Stat(filepath.Dir(c.path(file))); err != nil || !info.IsDir() {
			return nil, usagef("there is no folder for the state %q", file)
		}
		return watch.NewState(), nil
	}
	if err != nil {
		return nil, usagef("reading the state: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, watch.MaxState+1))
	if err != nil {
		return nil, usagef("reading the state: %w", err)
	}
	state, err := watch.ParseState(text)
	if err != nil {
		return nil, usagef("reading the state %q: %w (delete it to have every alert raised anew)", file, err)
	}
	return state, nil
}

// severities are the options of the rule, as the policy sets them.
func severities(pol *config.Policy) (*watch.Severities, error) {
	defaults, err := rego.Defaults()
	if err != nil {
		return nil, err
	}
	options := option.PlainAll(defaults[watchRule].Options)
	rules, _ := pol.Document()["rules"].(map[string]any)
	rule, _ := rules[watchRule].(map[string]any)
	own, _ := rule["options"].(map[string]any)
	maps.Copy(options, own)
	words := func(name string) (out []string) {
		items, _ := options[name].([]any)
		for _, item := range items {
			word, _ := item.(string)
			out = append(out, word)
		}
		return out
	}
	s := &watch.Severities{Critical: words("critical"), High: words("high"), Medium: words("medium"), Low: words("low")}
	switch n := options["escalate_after"].(type) {
	case int:
		s.Escalate = n
	case int64:
		s.Escalate = int(n)
	case float64:
		s.Escalate = int(n)
	}
	return s, nil
}

// lockedAt is when the history first had the commit of each model in the lock. Where there
// is no history, or a part of it, nothing is known.
func lockedAt(ctx context.Context, dir, named string, models []gate.Locked) map[string]time.Time {
	if named != "" {
		return nil
	}
	git, err := gitrepo.Open(dir)
	if err != nil {
		return nil
	}
	defer git.Close()
	head, err := git.Resolve("HEAD")
	if err != nil {
		return nil
	}
	var needles []gitrepo.Needle
	for _, l := range models {
		needles = append(needles, gitrepo.Needle{Path: path.Join(git.Prefix, lock.Name), Text: l.Commit})
	}
	seen := git.FirstSeen(ctx, head, needles)
	out := map[string]time.Time{}
	for _, l := range models {
		out[l.Key] = seen[l.Commit]
	}
	return out
}

func (w *watching) run(ctx context.Context) (*watch.Result, error) {
	progress := w.cmd.progress("models")
	defer progress.done()
	w.opt.Progress = progress.step
	timed, cancel := context.WithTimeout(ctx, w.limit)
	defer cancel()
	return watch.Run(timed, w.opt)
}

func (w *watching) unjudged(found *watch.Result) []string {
	out := found.Notes
	if w.others > 0 {
		out = append(out, plural(w.others, "model")+" of other registries than the Hub: they are not watched")
	}
	return append(out, "the content of the models: `gate check` and `gate scan` look at it")
}

// tell brings alerts to where they are wanted, and keeps the state only then: an alert
// that reached nobody is raised again.
func (w *watching) tell(ctx context.Context, found *watch.Result) error {
	state, err := found.State.Bytes()
	if err != nil {
		return err
	}
	if w.flags.issue != "" {
		if err := writeFile(w.cmd.path(w.flags.issue), []byte(watch.Issue(found.Open, w.severities))); err != nil {
			return fmt.Errorf("writing the issue: %w", err)
		}
	}
	if w.webhook != nil && len(found.Raised) > 0 {
		if err := w.webhook.Deliver(ctx, found.Raised, w.severities); err != nil {
			return err
		}
	}
	if w.flags.state == "" {
		return nil
	}
	if err := writeFile(w.cmd.path(w.flags.state), state); err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}
	return nil
}

func evidenceOf(alerts []watch.Alert) []gate.Evidence {
	var out []gate.Evidence
	for _, a := range alerts {
		out = append(out, gate.Evidence{Kind: watch.KindAlert, At: a.At, Model: a.Model, Data: a})
	}
	return out
}

// judgeNew reads files by ranges and judges them by the policy.
func (c *Command) judgeNew(ctx context.Context, registry gate.Registry, pol *config.Policy, r *gate.Repository, files []gate.RemoteFile) (look watch.Look, err error) {
	id := r.Model
	id.Revision = r.Commit
	ref := gate.Reference{Model: id, Loader: "gate watch", At: gate.Location{Path: scan.Remote(id, "")}, Context: gate.InCode, Resolution: gate.Literal, Immutable: true}
	limits := limitsOf(pol)
	limits.Online, limits.Fetched = lookTime, lookBytes
	found, err := scan.Models(ctx, []gate.Reference{ref}, scan.Online{
		Inspectors: checks.Inspectors(), Registries: map[string]gate.Registry{"hf": subset{registry, r, files}}, Limits: limits, Now: c.now(),
	})
	if err != nil {
		return look, err
	}
	names := map[string]string{}
	for _, f := range files {
		names[scan.Remote(id, f.Path)] = f.Path
	}
	outer := func(at gate.Location) string {
		p, _, _ := strings.Cut(at.Path, "!")
		return names[p]
	}
	for _, e := range found.Evidence {
		switch d := e.Data.(type) {
		case gate.Unavailable:
			return look, &d
		case gate.Incomplete:
			look.Unread = append(look.Unread, outer(e.At))
		}
	}
	slices.Sort(look.Unread)
	look.Unread = slices.Compact(look.Unread)
	j := &judgement{cmd: c, policy: pol, started: c.now()}
	report, err := j.decide(ctx, &findings{Evidence: found.Evidence})
	if err != nil {
		return look, err
	}
	look.Denied = contentDenied(report, outer)
	return look, nil
}

// contentDenied are the files whose content the policy denies, each with the reason.
func contentDenied(r *gate.Report, file func(gate.Location) string) map[string]string {
	content := map[string]bool{}
	for _, rule := range r.Rules {
		content[rule.ID] = rule.Section == "content" || rule.Section == "execution"
	}
	out := map[string]string{}
	for _, v := range r.Violations {
		name := file(v.At)
		if v.Level == gate.Deny && v.Waived == nil && content[v.Rule] && name != "" && out[name] == "" {
			out[name] = v.Rule + ": " + v.Message
		}
	}
	return out
}

// subset is a registry of which some files of one model are seen.
type subset struct {
	gate.Registry
	repo  *gate.Repository
	files []gate.RemoteFile
}

// Repository implements gate.Registry.
func (s subset) Repository(_ context.Context, model gate.ModelID) (*gate.Repository, error) {
	r := *s.repo
	r.Model, r.Files = model, s.files
	return &r, nil
}
