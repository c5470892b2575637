package lock

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/strictyaml"
)

// Parse reads the lock file that stands at path, as YAML or as JSON. What it cannot take
// are errors at their places, all told in one.
func Parse(path string, text []byte) (*File, error) {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		text = bytes.ReplaceAll(text, []byte("\t"), []byte(" ")) // JSON may indent with tabs, YAML may not
	}
	r := reader{strictyaml.New(path, "lock file")}
	f := New(path)
	if root := r.DocumentUpTo(text, MaxSize); root != nil && r.version(root) {
		top := r.Mapping(root, "the lock file", "version", "models")
		r.Need(root, "the lock file", top, "models")
		r.models(top["models"], f)
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

type reader struct{ *strictyaml.Reader }

// version tells whether this program knows the format: keys of a later one would only
// look like mistakes.
func (r reader) version(root *yaml.Node) bool {
	for i := 0; root.Kind == yaml.MappingNode && i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "version" {
			continue
		}
		n := root.Content[i+1]
		v, ok := r.number(n, "version")
		if ok && v != Version {
			r.Add(n, nil, "the lock file has version %d, and this gate reads version %d: update gate, or run `gate lock` again", v, Version)
		}
		return ok && v == Version
	}
	r.Add(root, nil, "the lock file has no version: write `version: %d`, or run `gate lock`", Version)
	return false
}

func (r reader) models(n *yaml.Node, f *File) {
	if n != nil && len(n.Content)/2 > maxModels {
		r.Add(n, nil, "the lock file has %d models, more than %d", len(n.Content)/2, maxModels)
		return
	}
	r.Entries(n, "models", func(key, value *yaml.Node) {
		if _, err := ParseKey(key.Value); err != nil {
			r.Add(key, nil, "%s", err.Error())
			return
		}
		l := r.model(key.Value, value)
		l.At = gate.Location{Path: f.path, Line: key.Line, Column: key.Column}
		f.models[l.Key] = normal(l)
	})
}

func (r reader) model(key string, n *yaml.Node) gate.Locked {
	what := "the model " + strictyaml.Clip(key)
	fields := r.Mapping(n, what, "commit", "repo", "owner", "gated", "license", "reviewed", "files", "excluded", "scan")
	r.Need(n, what, fields, "commit", "repo", "owner", "files")
	l := gate.Locked{
		Key:      key,
		Commit:   r.text(fields["commit"], what+": commit", isCommit),
		Gated:    r.gated(fields["gated"], what),
		License:  r.text(fields["license"], what+": license", isText),
		Reviewed: r.reviewed(fields["reviewed"], what),
		Scan:     r.scan(fields["scan"], what),
	}
	r.repo(fields["repo"], what, &l)
	r.owner(fields["owner"], what, &l)
	l.Files = r.files(fields["files"], what+": files", false)
	l.Files = append(l.Files, r.files(fields["excluded"], what+": excluded", true)...)
	slices.SortStableFunc(l.Files, byPath)
	for i := 1; i < len(l.Files); i++ {
		if l.Files[i].Path == l.Files[i-1].Path {
			r.Add(n, nil, "%s has the file %q in files and in excluded", what, l.Files[i].Path)
		}
	}
	return l
}

func (r reader) repo(n *yaml.Node, what string, l *gate.Locked) {
	what += ": repo"
	fields := r.Mapping(n, what, "id", "created", "path")
	r.need(n, what, fields, "path")
	l.ID = r.text(fields["id"], what+".id", idOf(l.Key))
	l.Created = r.date(fields["created"], what+".created")
	l.Name = r.text(fields["path"], what+".path", isText)
}

func (r reader) owner(n *yaml.Node, what string, l *gate.Locked) {
	what += ": owner"
	fields := r.Mapping(n, what, "name", "kind", "id", "verified")
	r.need(n, what, fields, "name")
	l.Owner = gate.Publisher{
		Name:     r.text(fields["name"], what+".name", isText),
		Type:     r.text(fields["kind"], what+".kind", isWord),
		ID:       r.text(fields["id"], what+".id", idOf(l.Key)),
		Verified: r.boolean(fields["verified"], what+".verified"),
	}
}

func (r reader) reviewed(n *yaml.Node, what string) (digests []string) {
	what += ": reviewed"
	for _, item := range r.List(r.Mapping(n, what, "code")["code"], what+".code") {
		digests = append(digests, r.text(item, what+".code", isSHA256))
	}
	return digests
}

func (r reader) scan(n *yaml.Node, what string) *gate.LockedScan {
	if n == nil {
		return nil
	}
	what += ": scan"
	fields := r.Mapping(n, what, "engine", "verdict", "mode")
	r.need(n, what, fields, "engine", "verdict", "mode")
	return &gate.LockedScan{
		Engine:  r.text(fields["engine"], what+".engine", isText),
		Verdict: gate.Verdict(r.text(fields["verdict"], what+".verdict", oneOf(verdicts))),
		Mode:    r.text(fields["mode"], what+".mode", oneOf(modes)),
	}
}

func (r reader) files(n *yaml.Node, what string, excluded bool) (files []gate.LockedFile) {
	if n != nil && len(n.Content)/2 > maxFiles {
		r.Add(n, nil, "%s has %d entries, more than %d", what, len(n.Content)/2, maxFiles)
		return nil
	}
	keys := []string{"size", "git", "sha256"}
	must := keys[:1]
	if excluded {
		keys = append(keys, "why")
		must = []string{"size", "why"}
	}
	r.Entries(n, what, func(key, value *yaml.Node) {
		if problem := isPath(key.Value); problem != "" {
			r.Add(key, nil, "%s: a file %s", what, problem)
			return
		}
		name := what + ": " + strictyaml.Clip(key.Value)
		fields := r.Mapping(value, name, keys...)
		r.need(value, name, fields, must...)
		f := gate.LockedFile{Excluded: r.text(fields["why"], name+".why", isText)}
		f.Path = key.Value
		f.Size, _ = r.number(fields["size"], name+".size")
		f.Git = r.text(fields["git"], name+".git", isGit)
		f.SHA256 = r.text(fields["sha256"], name+".sha256", isSHA256)
		if value.Kind == yaml.MappingNode && fields["git"] == nil && fields["sha256"] == nil {
			r.Add(value, nil, "%s has no digest: neither git nor sha256", name)
		}
		files = append(files, f)
	})
	return files
}

// need is Need for a mapping: that anything else is none is told already.
func (r reader) need(n *yaml.Node, what string, fields map[string]*yaml.Node, keys ...string) {
	if n != nil && n.Kind == yaml.MappingNode {
		r.Need(n, what, fields, keys...)
	}
}

func (r reader) text(n *yaml.Node, what string, check func(string) string) string {
	s, ok := r.Scalar(n, what)
	if !ok {
		return ""
	}
	if problem := check(s); problem != "" {
		r.Add(n, nil, "%s %s", what, problem)
	}
	return s
}

func (r reader) boolean(n *yaml.Node, what string) bool {
	if n == nil {
		return false
	}
	if n.Kind != yaml.ScalarNode || n.Value != "true" && n.Value != "false" || n.ShortTag() != "!!bool" {
		r.Wrong(n, what, "true or false")
	}
	return n.Value == "true"
}

func (r reader) gated(n *yaml.Node, what string) string {
	if n == nil || n.Value == "false" && n.ShortTag() == "!!bool" {
		return ""
	}
	if s, ok := r.Scalar(n, what+": gated"); ok && !slices.Contains(gates, s) {
		r.Add(n, nil, "%s: gated is not one of false, auto, manual", what)
	}
	return n.Value
}

var decimal = regexp.MustCompile(`^(0|[1-9][0-9]{0,17})$`)

func (r reader) number(n *yaml.Node, what string) (int64, bool) {
	if n == nil {
		return 0, false
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || !decimal.MatchString(n.Value) {
		r.Wrong(n, what, "a whole number")
		return 0, false
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	return v, err == nil
}

func (r reader) date(n *yaml.Node, what string) time.Time {
	s, ok := r.Scalar(n, what)
	if !ok {
		return time.Time{}
	}
	t, err := time.Parse(dateLayout, s)
	if err != nil || !isYear(t.Year()) {
		r.Add(n, nil, "%s %q is not a date such as 2024-07-14", what, s)
	}
	return t
}
