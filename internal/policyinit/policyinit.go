// Package policyinit drafts a policy that fits what a repository does today, for people to
// edit.
package policyinit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
)

// graceDays is how long the waivers of a new policy hold.
const graceDays = 90

// Options are what a policy is drafted from.
type Options struct {
	Session *run.Session
	Root    string // of the repository, as the user named it
	Files   fs.FS
	Rules   map[string]config.Rule
	Found   *run.Findings
	Locks   *lock.File
}

// Draft drafts a policy.
func Draft(ctx context.Context, opt Options) ([]byte, error) {
	_, err := fs.Stat(opt.Files, lock.Name)
	d := &draft{now: opt.Session.Now(), locked: err == nil}
	d.read(opt.Found, opt.Locks)
	// What the policy denies today is known only once there is one.
	pol, err := config.Parse(run.PolicyFiles[0], d.text(false), opt.Rules, d.now)
	if err != nil {
		return nil, fmt.Errorf("the policy that was drafted does not bind: %w", err)
	}
	j := &run.Judgement{Session: opt.Session, Policy: pol, Started: d.now, Root: opt.Root}
	report, err := j.Decide(ctx, opt.Found)
	if err != nil {
		return nil, err
	}
	d.waive(report.Violations, opt.Files, opt.Rules)
	return d.text(true), nil
}

// draft is what a new policy is made of.
type draft struct {
	now        time.Time
	locked     bool // there is a lock to demand
	sources    map[string]string
	elsewhere  []string // addresses that are no registry
	formats    []string
	publishers map[string]string // by namespace; an id that is not known is empty
	waivers    []config.Waiver
	open       []gate.Violation // denials that nothing waives
}

// registrySource is a registry as a policy names it.
type registrySource struct{ name, url string }

// registrySources are those that a policy can approve as a whole.
var registrySources = map[string]registrySource{
	"hf":         {"Hugging Face", "https://huggingface.co"},
	"modelscope": {"ModelScope", "https://modelscope.cn/models"},
	"ollama":     {"Ollama", "https://ollama.com"},
	"kaggle":     {"Kaggle", "https://www.kaggle.com/models"},
	"wandb":      {"Weights & Biases", "https://wandb.ai"},
	"spacy":      {"spaCy", "https://github.com/explosion/spacy-models"},
}

// safeFormats hold weights and no code.
var safeFormats = []string{"safetensors", "onnx", "tflite", "gguf"}

// read takes from a scan what a policy would name.
func (d *draft) read(found *run.Findings, locks *lock.File) {
	d.sources, d.publishers, d.formats = map[string]string{}, map[string]string{}, safeFormats[:1]
	for _, r := range found.References {
		if !run.Lockable(r) && r.Model.URL == "" || r.Context == gate.InTest || r.Context == gate.InDoc {
			continue
		}
		if s, ok := registrySources[r.Model.Source]; ok {
			d.sources[s.name] = s.url
		} else if u := origin(r.Model.URL); u != "" && !slices.Contains(d.elsewhere, u) {
			d.elsewhere = append(d.elsewhere, u)
		}
		if r.Model.Source == "hf" && r.Model.Namespace != "" && r.Resolution != gate.Dynamic {
			d.publishers[r.Model.Namespace] = cmp.Or(d.publishers[r.Model.Namespace], ownerID(locks, r.Model))
		}
	}
	slices.Sort(d.elsewhere)
	for _, a := range found.Artifacts {
		for _, f := range a.Files {
			if slices.Contains(safeFormats, f.Format) && !slices.Contains(d.formats, f.Format) {
				d.formats = append(slices.Clone(d.formats), f.Format)
			}
		}
	}
	slices.Sort(d.formats)
}

// ownerID is the id of the account that a model belonged to when it was locked, under its
// own name.
func ownerID(locks *lock.File, model gate.ModelID) string {
	if l, ok := locks.Lookup(model); ok && l.Owner.Name == model.Namespace {
		return l.Owner.ID
	}
	return ""
}

// origin is the scheme and host of an address.
func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// waive makes waivers of denials, one for each rule and file.
func (d *draft) waive(violations []gate.Violation, files fs.FS, rules map[string]config.Rule) {
	seen := map[string]bool{}
	for _, v := range violations {
		file := place.Outermost(v.At.Path)
		key := v.Rule + "\x00" + file
		if v.Level != gate.Deny || v.Waived != nil || seen[key] {
			continue
		}
		seen[key] = true
		w := config.Waiver{Waiver: gate.Waiver{Rule: v.Rule, Path: literalGlob(file)}}
		ok := config.Waivable(v.Rule) && fs.ValidPath(file) && file != "." && file != run.PolicyFiles[0]
		if ok && config.NeedsDigest(rules[v.Rule]) {
			w.Digest, ok = digestOf(files, file)
		}
		if ok {
			d.waivers = append(d.waivers, w)
		} else {
			d.open = append(d.open, v)
		}
	}
}

// digestOf is the SHA-256 of a regular file of the repository.
func digestOf(files fs.FS, name string) (string, bool) {
	info, err := fs.Stat(files, name)
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	f, err := files.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", false
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), true
}

// literalGlob is a pattern that only this path fits.
func literalGlob(path string) string {
	var b strings.Builder
	for _, r := range path {
		if strings.ContainsRune(`*?[]{}\`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
