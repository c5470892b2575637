package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/lock"
)

// graceDays is how long the waivers of a new policy hold.
const graceDays = 90

// policyInit writes a policy that fits what a repository does today, for people to edit.
func (c *Command) policyInit(ctx context.Context, args []string) (bool, error) {
	f := c.flags("policy init", "[DIR]")
	output := f.String("output", "", "write to `FILE` (default: standard output)")
	force := f.Bool("force", false, "overwrite FILE")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	if len(rest) > 1 {
		return false, usagef("policy init takes one folder, got %d", len(rest))
	}
	dir := "."
	if len(rest) == 1 {
		dir = rest[0]
	}
	root, err := c.openFolder(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	text, err := c.draftPolicy(ctx, dir, root)
	if err != nil {
		return false, err
	}
	if *output == "" {
		_, err = c.Stdout.Write(text)
		return false, err
	}
	return false, c.createFile(*output, text, *force)
}

// createFile writes a file that is not there yet, unless it may be overwritten.
func (c *Command) createFile(name string, text []byte, overwrite bool) error {
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if overwrite {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(c.path(name), mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%q is there already: --force overwrites it", name)
	}
	if err != nil {
		return usagef("writing the policy: %w", err)
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
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

func (c *Command) draftPolicy(ctx context.Context, dir string, root *os.Root) ([]byte, error) {
	rules, err := policyDefaults()
	if err != nil {
		return nil, err
	}
	repo := &repository{dir: dir, root: root, files: root.FS(), policy: config.Default(rules)}
	found, err := c.gather(ctx, repo, &runFlags{offline: true}, "")
	if err != nil {
		return nil, err
	}
	locks, err := c.readLock("", root)
	if err != nil {
		return nil, err
	}
	_, err = fs.Stat(repo.files, lock.Name)
	d := &draft{now: c.now(), locked: err == nil}
	d.read(found, locks)
	// What the policy denies today is known only once there is one.
	if repo.policy, err = config.Parse(policyFiles[0], d.text(false), rules, d.now); err != nil {
		return nil, fmt.Errorf("the policy that was drafted does not bind: %w", err)
	}
	j := &judgement{cmd: c, policy: repo.policy, started: d.now, root: dir, files: repo.files}
	report, err := j.decide(ctx, found)
	if err != nil {
		return nil, err
	}
	d.waive(report.Violations, repo.files, rules)
	return d.text(true), nil
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
func (d *draft) read(found *findings, locks *lock.File) {
	d.sources, d.publishers, d.formats = map[string]string{}, map[string]string{}, safeFormats[:1]
	for _, r := range found.References {
		if !lockable(r) && r.Model.URL == "" || r.Context == gate.InTest || r.Context == gate.InDoc {
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
		file, _, _ := strings.Cut(v.At.Path, "!")
		key := v.Rule + "\x00" + file
		if v.Level != gate.Deny || v.Waived != nil || seen[key] {
			continue
		}
		seen[key] = true
		w := config.Waiver{Waiver: gate.Waiver{Rule: v.Rule, Path: literalGlob(file)}}
		ok := config.Waivable(v.Rule) && fs.ValidPath(file) && file != "." && file != policyFiles[0]
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

// text is the policy. Without what people must fill in, it binds as it stands.
func (d *draft) text(complete bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Which models this repository may use, and how. Written by "gate policy init" from what
# the repository does today: read each line, keep what you mean, remove the rest.
# "gate policy explain" shows the rule behind each line; "gate policy schema" prints a
# JSON Schema for editors.
version: "0.1"
effective_date: %q
# owner: the team that answers for this file

`, d.now.UTC().Format(time.DateOnly))
	d.writeSources(&b)
	d.writeSections(&b)
	if complete {
		d.writePublishers(&b)
		d.writeWaivers(&b)
	}
	return b.Bytes()
}

func (d *draft) writeSources(b *bytes.Buffer) {
	b.WriteString("# Where models may come from. As soon as one source is approved, all others are denied.\n")
	if len(d.sources) == 0 {
		b.WriteString("# approved_sources:\n#   - {name: Hugging Face, url: https://huggingface.co}\n")
	} else {
		b.WriteString("approved_sources:\n")
	}
	for _, name := range slices.Sorted(maps.Keys(d.sources)) {
		fmt.Fprintf(b, `  - name: %s
    url: %s
    trust_level: medium # low: warnings of these lines deny, and files are read in full
    requirements:
      - Model should be pinned to a commit
      # - Publisher must be a verified organization
      # - Model must have safetensors format available
      # - Model must have >1000 downloads (community vetting)
`, strconv.Quote(name), d.sources[name])
	}
	for _, u := range d.elsewhere {
		fmt.Fprintf(b, "  # seen and not approved: %s\n", strconv.Quote(u))
	}
	b.WriteString(`
blocked_sources:
  - Direct downloads from unknown URLs
  - Models shared via email or messaging
  # - Models from unverified personal namespaces on Hugging Face

`)
}

func (d *draft) writeSections(b *bytes.Buffer) {
	b.WriteString("serialization_policy:\n  # Formats that hold weights and no code.\n  allowed_formats:\n")
	for _, f := range d.formats {
		fmt.Fprintf(b, "    - %s\n", f)
	}
	b.WriteString(`  # Formats of which loading can run code.
  blocked_formats:
    - pickle
    - joblib
    - torch.save (without safetensors)
  enforcement: CI/CD pipeline gate -- builds fail if blocked formats are detected

code_execution_policy:
  trust_remote_code: NEVER in production, requires security review for research
  # custom_model_code: Must be reviewed and approved before deployment

`)
	lead := "# "
	if d.locked {
		lead = ""
	} else {
		b.WriteString("# Once \"gate lock\" has written models.lock:\n")
	}
	fmt.Fprintf(b, "%sverification_requirements:\n%s  checksum_validation: Required for all model artifacts\n", lead, lead)
	b.WriteString("#   signature_verification: Required for production deployments\n\n")
}

func (d *draft) writePublishers(b *bytes.Buffer) {
	if len(d.publishers) == 0 {
		return
	}
	b.WriteString(`# Publishers whose models are used. Confirm each one and fill in the id of its account,
# which the registry's API names and which cannot change hands, or remove the line.
publishers:
`)
	for _, name := range slices.Sorted(maps.Keys(d.publishers)) {
		fmt.Fprintf(b, "  - {name: %s, id: %s}\n", strconv.Quote(name), cmp.Or(d.publishers[name], "TODO"))
	}
	b.WriteString("\n")
}

func (d *draft) writeWaivers(b *bytes.Buffer) {
	if len(d.waivers) > 0 {
		fmt.Fprintf(b, `# What is denied today, waived for %d days. Approve each entry with a reason, or remove
# it and fix what it covers. No line counts before it is filled in.
waivers:
`, graceDays)
	}
	expires := d.now.UTC().Add(graceDays * 24 * time.Hour).Format(time.DateOnly)
	for _, w := range d.waivers {
		fmt.Fprintf(b, "  - rule: %s\n    path: %s\n", w.Rule, strconv.Quote(w.Path))
		if w.Digest != "" {
			fmt.Fprintf(b, "    digest: %s\n", w.Digest)
		}
		fmt.Fprintf(b, "    reason: TODO\n    approved_by: TODO\n    expires: %q\n", expires)
	}
	if len(d.open) > 0 {
		b.WriteString("\n# Denied, and not to be waived:\n")
	}
	for _, v := range d.open {
		fmt.Fprintf(b, "#   %s: %s\n", v.Rule, strconv.Quote(v.Message))
	}
}
