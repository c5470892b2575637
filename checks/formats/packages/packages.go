// Package packages reads the requirements that are shipped with a model, such as those
// that MLflow installs to serve it: lines of pip
// (https://pip.pypa.io/en/stable/reference/requirements-file-format/) and environments of
// conda. It states what they install from elsewhere than the public indexes.
package packages

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/yamltree"
)

const maxSize = yamltree.MaxSize

// Source is the data of packages.source: where a package, or all packages, come from.
type Source struct {
	Name     string `json:"name"`     // of the package, empty for all
	Option   string `json:"option"`   // index-url, find-links, url, channel, ...
	Location string `json:"location"` // without a password
}

// Inspector reads requirements.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "packages",
		Doc:  "Requirements shipped with a model: packages from addresses and other indexes.",
		Emits: map[gate.Kind]any{
			"packages.source":   Source{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// environments are the files of conda and MLflow.
var environments = []string{"conda.yaml", "conda.yml", "environment.yml", "environment.yaml", "python_env.yaml"}

func named(path string) string {
	return strings.ToLower(path[strings.LastIndexAny(path, "/!")+1:])
}

// Wants implements checks.Inspector: tools know these files by their names.
func (Inspector) Wants(b *gate.Blob) bool {
	name := named(b.Path)
	return slices.Contains(environments, name) ||
		strings.HasPrefix(name, "requirements") && strings.HasSuffix(name, ".txt")
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	text, err := io.ReadAll(io.LimitReader(b.Section(), maxSize))
	if err != nil || int64(len(text)) < b.Size {
		unread(out, gate.Incomplete{Reason: "the file was not read to its end", Budget: "bytes", Limit: maxSize})
		return
	}
	r := &requirements{out: out, src: gate.NewSource("", text)}
	if strings.HasSuffix(named(b.Path), ".txt") {
		r.lines(text)
		out.Format("text", gate.Unproven, "")
		return
	}
	docs, err := yamltree.Parse(ctx, text)
	for _, doc := range docs {
		r.environment(doc)
	}
	if err != nil {
		unread(out, gate.Incomplete{Reason: "the environment could not be parsed: " + err.Error()})
		return
	}
	out.Format("text", gate.Unproven, "")
}

func unread(out gate.Recorder, why gate.Incomplete) {
	out.Emit(gate.KindIncomplete, gate.Location{}, why)
	out.Format("text", gate.Unread, why.Reason)
}

type requirements struct {
	out gate.Recorder
	src *gate.Source
}

// lines reads the lines of pip.
func (r *requirements) lines(text []byte) {
	at := 0
	for line := range bytes.Lines(text) {
		r.line(string(line), at, at+len(bytes.TrimRight(line, "\r\n")))
		at += len(line)
	}
}

// environment reads the lists of an environment; pip has one of its own in the first.
func (r *requirements) environment(doc *jsontree.Value) {
	doc.Walk(func(name string, v *jsontree.Value) {
		text := v.String()
		switch {
		case text == "":
		case name == "channels" && strings.Contains(text, "://"):
			r.state(Source{Option: "channel", Location: text}, v.Start, v.End)
		case name == "dependencies" || name == "build_dependencies" || name == "pip":
			r.line(text, v.Start, v.End)
		}
	})
}

// options are those of pip that say where to look, by what they are called here.
var options = map[string]string{
	"-i": "index-url", "--index-url": "index-url", "--pypi-url": "index-url", "--extra-index-url": "extra-index-url",
	"-f": "find-links", "--find-links": "find-links", "--trusted-host": "trusted-host", "-e": "editable", "--editable": "editable",
}

// line judges one requirement or option.
func (r *requirements) line(line string, start, end int) {
	if i := strings.Index(line, " #"); i >= 0 {
		line = line[:i]
	}
	if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
		return
	}
	words := strings.Fields(strings.TrimSuffix(line, "\\"))
	if len(words) == 0 {
		return
	}
	if option, value, ok := strings.Cut(words[0], "="); ok && options[option] != "" {
		words = []string{option, value}
	}
	if option := options[words[0]]; option != "" {
		if len(words) > 1 && (option != "editable" || remote(words[1])) {
			r.state(Source{Option: option, Location: words[1]}, start, end)
		}
		return
	}
	name, address, direct := strings.Cut(line, "@")
	if direct && remote(address) {
		r.state(Source{strings.TrimSpace(name), "url", strings.Fields(address)[0]}, start, end)
	} else if remote(words[0]) {
		r.state(Source{Option: "url", Location: words[0]}, start, end)
	}
}

// remote tells whether a word is an address, also one of a version control system.
func remote(word string) bool {
	scheme, _, ok := strings.Cut(strings.TrimSpace(word), "://")
	return ok && !strings.ContainsAny(scheme, " \t=<>")
}

// public are the domains of indexes that everybody uses, with their top level.
var public = map[string]string{"pypi": "org", "pythonhosted": "org", "pytorch": "org", "nvidia": "com", "anaconda": "org"}

// everybody tells whether a host serves an index that everybody uses.
func everybody(host string) bool {
	labels := strings.Split(host, ".")
	n := len(labels)
	return n > 1 && public[labels[n-2]] == labels[n-1]
}

// state states a source that is no public index, without what logs in to it.
func (r *requirements) state(s Source, start, end int) {
	u, err := url.Parse(strings.Trim(s.Location, `"'`))
	if err == nil && u.Host != "" {
		if u.Scheme == "https" && everybody(u.Hostname()) {
			return
		}
		u.User = nil
		s.Location = u.String()
	} else if at := strings.LastIndexByte(s.Location, '@'); err != nil && at >= 0 {
		s.Location = s.Location[at+1:]
	}
	if len(s.Location) > 200 {
		s.Location = strings.ToValidUTF8(s.Location[:200], "") + "…"
	}
	r.out.Emit("packages.source", r.src.At(start, end), s)
}
