// Package enforcement finds where a repository runs the gate itself: the workflows of
// GitHub (https://docs.github.com/actions/reference/workflows-and-actions), the pipelines
// of GitLab, Azure, CircleCI and Jenkins, and the hooks of https://pre-commit.com.
package enforcement

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/yamltree"
)

// Finder finds steps and hooks that run the gate.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name: "enforcement",
		Doc:  "Finds the workflows, pipelines and pre-commit hooks that run the gate.",
		Emits: map[gate.Kind]any{
			gate.KindWorkflowGate:  gate.WorkflowGate{},
			gate.KindPrecommitGate: gate.PrecommitGate{},
			gate.KindIncomplete:    gate.Incomplete{},
		},
	}
}

// system is what reads a configuration.
type system byte

const (
	none system = iota
	workflow
	pipeline // steps of any other system that is written in YAML
	jenkins
	precommit
)

// systemOf tells by the path that a system looks for: elsewhere such a file runs nothing.
func systemOf(p string) system {
	dir, base := path.Split(strings.TrimPrefix(p, "./"))
	ext := path.Ext(base)
	switch {
	case dir == ".github/workflows/" && (ext == ".yml" || ext == ".yaml"):
		return workflow
	case base == "action.yml" || base == "action.yaml":
		if c := modelid.ContextOf(dir + "steps"); c != gate.InTest && c != gate.InDoc {
			return pipeline // an action may stand anywhere else
		}
	case dir == "" && (base == ".gitlab-ci.yml" || base == "azure-pipelines.yml" || base == "azure-pipelines.yaml"):
		return pipeline
	case dir == ".circleci/" && (base == "config.yml" || base == "config.yaml"):
		return pipeline
	case dir == "" && base == "Jenkinsfile":
		return jenkins
	case dir == "" && (base == ".pre-commit-config.yaml" || base == ".pre-commit-config.yml"):
		return precommit
	}
	return none
}

// Wants takes the files that the systems read.
func (Finder) Wants(p string, _ []byte) bool { return systemOf(p) != none }

// Find states each step and hook that runs the gate. What cannot be parsed states none,
// as it runs none.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	if !bytes.Contains(src.Text, []byte("gate")) {
		return
	}
	if !(sourcefile.File{Finder: "enforcement", Src: src, Out: out}).Fits(yamltree.MaxSize) {
		return
	}
	f := &finding{ctx: ctx, src: src, out: out, events: []string{}}
	s := systemOf(src.Path)
	if s == jenkins {
		f.jenkins(string(src.Text))
		return
	}
	docs, err := yamltree.Parse(ctx, src.Text)
	if err != nil {
		return
	}
	for _, doc := range docs {
		switch s {
		case precommit:
			f.hooks(doc)
		case workflow:
			f.events = events(doc.Get("on"))
			f.steps(doc)
		default:
			f.steps(doc)
		}
	}
}

// finding is the work on one file.
type finding struct {
	ctx    context.Context
	src    *gate.Source
	out    gate.Recorder
	events []string
}

func (f *finding) workflow(start, end int, pinned bool) {
	f.out.Emit(gate.KindWorkflowGate, f.src.At(start, end), gate.WorkflowGate{Pinned: pinned, Events: f.events})
}

// events are the names under "on": one, a list, or keys.
func events(v *jsontree.Value) []string {
	out := []string{}
	if name := v.String(); name != "" {
		return append(out, name)
	}
	if v == nil {
		return out
	}
	for _, item := range v.Items {
		if name := item.String(); name != "" {
			out = append(out, name)
		}
	}
	for _, m := range v.Members {
		out = append(out, m.Name)
	}
	return out
}

// scripts are the keys whose values are scripts of a shell, or lists of their lines. What
// runs after a job, such as after_script, cannot fail it.
var scripts = map[string]bool{
	"run": true, "script": true, "before_script": true, "command": true, "bash": true, "pwsh": true, "powershell": true,
	"inlineScript": true,
}

// steps looks for the gate in every object that does not say that it is skipped, or that
// its failure does not matter. The tree is not deeper than the limit of its reader.
func (f *finding) steps(v *jsontree.Value) {
	if f.ctx.Err() != nil || toothless(v) {
		return
	}
	for _, item := range v.Items {
		f.steps(item)
	}
	for _, m := range v.Members {
		switch {
		case m.Name == "uses":
			if pinned, ok := action(m.Value.String()); ok {
				f.workflow(m.Value.Start, m.Value.End, pinned)
			}
		case scripts[m.Name] && m.Value.Kind == jsontree.String:
			f.script(m.Value)
		case scripts[m.Name] && m.Value.Kind == jsontree.Array:
			for _, line := range m.Value.Items {
				f.script(line)
				f.steps(line)
			}
		default:
			f.steps(m.Value)
		}
	}
}

func (f *finding) script(v *jsontree.Value) {
	if pinned, ok := runs(v.String()); ok {
		f.workflow(v.Start, v.End, pinned)
	}
}

// toothless tells whether a job or step does not run, or may fail without a consequence.
func toothless(v *jsontree.Value) bool {
	for name, texts := range map[string]string{
		"if": "false", "condition": "false", "enabled": "false", "continue-on-error": "true", "continueOnError": "true",
		"allow_failure": "true", "when": "never manual",
	} {
		if is := v.Get(name); is != nil && len(is.Items)+len(is.Members) == 0 {
			text := strings.ToLower(strings.Trim(is.Text, "${} "))
			for _, t := range strings.Fields(texts) {
				if text == t {
					return true
				}
			}
		}
	}
	return false
}

// action tells whether a step uses the gate's action or its image.
func action(uses string) (pinned, ok bool) {
	name, ref, _ := strings.Cut(strings.TrimSpace(uses), "@")
	name = strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "docker://"), "ghcr.io/"))
	own := name == "modelgate/gate" || strings.HasPrefix(name, "modelgate/gate/") || strings.HasPrefix(name, "modelgate/gate:")
	return own && immutable(ref), own
}

// immutable tells whether a ref is a full commit or a digest.
func immutable(ref string) bool {
	digest, ok := strings.CutPrefix(ref, "sha256:")
	if want := 40; !ok && len(ref) != want || ok && len(digest) != 64 {
		return false
	}
	return strings.Trim(strings.ToLower(digest), "0123456789abcdef") == ""
}

// hooks looks for hooks of the gate's own repository, and for hooks of others that run it.
func (f *finding) hooks(doc *jsontree.Value) {
	repos := doc.Get("repos")
	if repos == nil {
		return
	}
	for _, repo := range repos.Items {
		url, hooks := repo.Get("repo").String(), repo.Get("hooks")
		if hooks == nil {
			continue
		}
		rev := repo.Get("rev")
		own := strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(url, "/"), ".git"), "modelgate/gate")
		for _, hook := range hooks.Items {
			if f.ctx.Err() == nil && enforced(hook, own) {
				f.out.Emit(gate.KindPrecommitGate, f.src.At(hook.Start, hook.Start),
					gate.PrecommitGate{Pinned: rev != nil && immutable(rev.Text)})
			}
		}
	}
}

// enforced tells whether a hook runs the gate before a commit. An entry overrides what the
// hook runs.
func enforced(hook *jsontree.Value, own bool) bool {
	if stages := hook.Get("stages"); stages != nil {
		before := false
		for _, s := range stages.Items {
			before = before || s.Text == "pre-commit" || s.Text == "commit"
		}
		if !before && len(stages.Items) > 0 {
			return false
		}
	}
	if entry := hook.Get("entry").String(); entry != "" {
		_, ok := runs(entry)
		return ok
	}
	return own || hook.Get("id").String() == "gate"
}
