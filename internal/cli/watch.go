package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/report"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
	"github.com/modelgate/gate/internal/watch"
)

// watchTime bounds what is asked of all models.
const watchTime = 15 * time.Minute

// watchFlags are the flags of watch beside those of every run.
type watchFlags struct{ state, issue, webhook, format string }

// watch compares the models of the lock with what the Hub says of them now, and raises
// each change once.
func (c *Command) watch(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("watch", "[DIR]")
	var reports reportFlags
	var shared runFlags
	var own watchFlags
	reports.register(f)
	shared.register(f)
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
	repo, err := c.repository(rest, "watch", shared.policy)
	if err != nil {
		return false, err
	}
	defer repo.root.Close()
	w, err := c.watching(ctx, repo, &shared, &own)
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
		only = list{watch.Rule}
	}
	j := &run.Judgement{Session: c.session(), Policy: repo.Policy, Only: only, Started: started, Root: repo.name}
	denied, err = deliver(ctx, j, &run.Findings{Evidence: evidenceOf(found.Raised), Unjudged: w.unjudged(found)}, out, repo.Files)
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
func (c *Command) watching(ctx context.Context, repo *repository, shared *runFlags, own *watchFlags) (*watching, error) {
	locks, err := c.lockToWatch(shared.lock, repo.root)
	if err != nil {
		return nil, err
	}
	w := &watching{cmd: c, flags: own, limit: repo.Policy.Limits.Online}
	if w.limit <= 0 {
		w.limit = watchTime
	}
	if w.opt.State, err = c.readState(own.state); err != nil {
		return nil, err
	}
	if w.severities, err = watch.SeveritiesOf(repo.Policy); err != nil {
		return nil, err
	}
	w.opt.Escalate = w.severities.Escalate
	if target := c.setting(own.webhook, "WEBHOOK"); target != "" {
		if w.webhook, err = watch.NewWebhook(target, c.setting("", "WEBHOOK_SECRET"), c.setting(own.format, "WEBHOOK_FORMAT")); err != nil {
			return nil, usage.Error{Err: err}
		}
	}
	for _, key := range locks.Keys() {
		id, err := lock.ParseKey(key)
		if err != nil {
			return nil, usage.Error{Err: err}
		}
		if id.Source != "hf" {
			w.others++
			continue
		}
		entry, _ := locks.Lookup(id)
		w.opt.Models = append(w.opt.Models, entry)
	}
	w.opt.LockedAt = watch.LockedAt(ctx, repo.Dir, shared.lock, w.opt.Models)
	return w, c.watchHub(w, repo.Policy, shared.offline)
}

// watchHub sets whom to ask.
func (c *Command) watchHub(w *watching, pol *config.Policy, offline bool) error {
	cfg, err := hub.FromEnv(c.Getenv)
	if err != nil {
		return usage.Error{Err: err}
	}
	if offline || cfg.Offline {
		return usage.Errorf("watch asks the Hub, and the run is offline: unset HF_HUB_OFFLINE")
	}
	client, err := hub.New(cfg)
	if err != nil {
		return usage.Error{Err: err}
	}
	w.opt.Hub = client
	if client.IsHub() {
		w.opt.Jitter = 500 * time.Millisecond
	}
	w.opt.Inspect = func(ctx context.Context, r *gate.Repository, files []gate.RemoteFile) (watch.Look, error) {
		return watch.Judge(ctx, c.session(), client, pol, r, files)
	}
	return nil
}

// lockToWatch is the lock, which must be there.
func (c *Command) lockToWatch(named string, root *os.Root) (*lock.File, error) {
	if named == "" {
		if _, err := root.Stat(lock.Name); errors.Is(err, fs.ErrNotExist) {
			return nil, usage.Errorf("there is no %s to compare with: run `gate lock` first", lock.Name)
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
			return nil, usage.Errorf("there is no folder for the state %q", file)
		}
		return watch.NewState(), nil
	}
	if err != nil {
		return nil, usage.Errorf("reading the state: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, watch.MaxState+1))
	if err != nil {
		return nil, usage.Errorf("reading the state: %w", err)
	}
	state, err := watch.ParseState(text)
	if err != nil {
		return nil, usage.Errorf("reading the state %q: %w (delete it to have every alert raised anew)", file, err)
	}
	return state, nil
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
		out = append(out, report.Plural(w.others, "model")+" of other registries than the Hub: they are not watched")
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
