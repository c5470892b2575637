package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

// Online says how the models of registries are looked at.
type Online struct {
	// Finders look for the models that a file of a model names: the base of an adapter is
	// loaded with it.
	Finders    []checks.Finder
	Inspectors []checks.Inspector
	Auditors   []checks.Auditor
	Limits     Limits
	// Registries are those that may be asked, by the source of an id. Without any, the
	// auditors see names only.
	Registries map[string]gate.Registry
	// Locked is what the lock says of a model. It may be nil.
	Locked  func(gate.ModelID) (gate.Locked, bool)
	Trusted []gate.Publisher
	// FirstSeen is when the history of the repository first named a model, by its key.
	FirstSeen map[string]time.Time
	Now       time.Time
	Progress  func(done, all int)

	large chan struct{} // the places of largeRemote files
}

// Found is what is known of the models of registries.
type Found struct {
	// Followed are the references in files of the models, at the places that ask for those.
	Followed  []gate.Reference
	Artifacts []gate.Artifact
	Evidence  []gate.Evidence
	Stats     gate.Stats
}

// atOnce are as many models in work as keep a connection busy while others compute; the
// clients bound the requests to each host.
const atOnce = 8

// largeAtOnce are as many files above largeRemote in work, over all models: a file of
// JSON takes many times its bytes.
const (
	largeAtOnce = 4
	largeRemote = 1 << 20
)

// Models asks the registries about the models that references name, reads the files of
// each by ranges, and runs the auditors over what is known. References in tests and
// documents are left alone: no rule judges them. Its error says that the context ended.
func Models(ctx context.Context, refs []gate.Reference, opt Online) (*Found, error) {
	opt.Limits = opt.Limits.withDefaults()
	opt.large = make(chan struct{}, largeAtOnce)
	timed, cancel := context.WithTimeout(ctx, opt.Limits.Online)
	defer cancel()
	l := &looking{opt: &opt, seen: map[string]bool{}}
	for range maxSteps {
		if refs = l.look(timed, refs); len(refs) == 0 {
			break
		}
		l.followed = append(l.followed, refs...)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	f := collect(l.found)
	f.Followed = l.followed
	return f, nil
}

// maxSteps bounds how far it is from a model that a repository names to one that is named
// by a file of a model that is named by a file.
const maxSteps = 3

// looking is the work on all models.
type looking struct {
	opt      *Online
	seen     map[string]bool // models by their registry, id and revision
	found    []modelResult
	followed []gate.Reference
	done     atomic.Int64
}

// look looks at the models that references name, but for those that were seen, and returns
// the references in their files.
func (l *looking) look(ctx context.Context, refs []gate.Reference) (next []gate.Reference) {
	groups := slices.DeleteFunc(byModel(refs), func(g []gate.Reference) bool { return l.seen[identityOf(g[0])] })
	var over []modelResult
	if left := l.opt.Limits.Models - len(l.seen); len(groups) > left {
		over = append(over, tooMany(groups[left][0].At, l.opt.Limits.Models))
		groups = groups[:left]
	}
	for _, g := range groups {
		l.seen[identityOf(g[0])] = true
	}
	found := make([]modelResult, len(groups))
	parallel(len(groups), func(i int) {
		found[i] = model(ctx, groups[i], l.opt)
		if n := l.done.Add(1); l.opt.Progress != nil {
			l.opt.Progress(int(n), len(l.seen))
		}
	})
	l.found = slices.Concat(l.found, found, over)
	for _, m := range found {
		next = append(next, m.names...)
	}
	return slices.DeleteFunc(next, func(r gate.Reference) bool { return l.seen[identityOf(r)] })
}

func tooMany(at gate.Location, limit int) modelResult {
	return modelResult{evidence: []gate.Evidence{{Kind: gate.KindIncomplete, At: at, Data: gate.Incomplete{
		Reason: "more models are referenced than the limit", Budget: "models", Limit: int64(limit),
	}}}}
}

// identityOf is what two references to one model at one revision have in common.
func identityOf(r gate.Reference) string { return r.Model.Source + "\x00" + r.Model.String() }

// collect puts the models together. That there is no network is said once.
func collect(found []modelResult) *Found {
	f, noNetwork := &Found{}, false
	for _, m := range found {
		if m.artifact != nil {
			f.Artifacts = append(f.Artifacts, *m.artifact)
			f.Stats.Inspected += m.inspected
			f.Stats.Bytes += m.artifact.Fetched
		}
		for _, e := range m.evidence {
			if u, ok := e.Data.(gate.Unavailable); ok && u.Reason == gate.ReasonNetwork {
				if noNetwork {
					continue
				}
				noNetwork = true
			}
			f.Evidence = append(f.Evidence, e)
		}
	}
	return f
}

// byModel groups the references that are judged by the model and revision that they name,
// in their order.
func byModel(refs []gate.Reference) [][]gate.Reference {
	var out [][]gate.Reference
	at := map[string]int{}
	for _, r := range refs {
		if r.Resolution == gate.Dynamic || r.Model.Source == "local" || r.Model.Key() == "" || r.Context == gate.InTest || r.Context == gate.InDoc {
			continue
		}
		key := identityOf(r)
		i, ok := at[key]
		if !ok {
			i, at[key] = len(out), len(out)
			out = append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

type modelResult struct {
	artifact  *gate.Artifact
	evidence  []gate.Evidence
	names     []gate.Reference // of the models that files of this one name
	inspected int
}

// model looks at one model, which all of the references name.
func model(ctx context.Context, refs []gate.Reference, opt *Online) (out modelResult) {
	id := refs[0].Model
	s := &gate.Subject{Model: id, References: refs, Trusted: opt.Trusted, FirstSeen: opt.FirstSeen[id.Key()], Now: opt.Now}
	if opt.Locked != nil {
		if l, ok := opt.Locked(id); ok {
			s.Locked = &l
		}
	}
	var err error
	if s.Repository, err = ask(ctx, id, opt.Registries); err != nil {
		out.unavailable(refs[0].At, id, err)
	}
	if s.Repository != nil {
		out.read(ctx, s, opt)
		out.names = append(out.names, elsewhere(s)...)
	}
	out.audit(ctx, s, opt)
	for i := range out.evidence {
		out.evidence[i].Model = id.Key()
	}
	return out
}

// elsewhere is the locked commit of a model whose branch has moved on: it is what a fetch
// takes and a fix pins, so it is looked at too.
func elsewhere(s *gate.Subject) []gate.Reference {
	if s.Locked == nil || s.Locked.Commit == "" || strings.EqualFold(s.Locked.Commit, s.Repository.Commit) {
		return nil
	}
	r := s.References[0]
	r.Model.Revision = s.Locked.Commit
	return []gate.Reference{r}
}

// ask gets what a model's registry says of it. Nothing is an answer where no registry may
// be asked.
func ask(ctx context.Context, id gate.ModelID, registries map[string]gate.Registry) (*gate.Repository, error) {
	if len(registries) == 0 {
		return nil, nil
	}
	registry, ok := registries[id.Source]
	if !ok {
		return nil, &gate.Unavailable{
			ID: id.Key(), Reason: gate.ReasonUnsupported,
			Detail: fmt.Sprintf("this version cannot ask %s about %q", cmp.Or(id.Source, "its registry"), id.Key()),
		}
	}
	return registry.Repository(ctx, id)
}

func (m *modelResult) emit(kind gate.Kind, at gate.Location, data any) {
	m.evidence = append(m.evidence, gate.Evidence{Kind: kind, At: at, Data: data})
}

// unavailable states that a registry did not answer. Another error is a defect of the
// client, which must not let a model through.
func (m *modelResult) unavailable(at gate.Location, id gate.ModelID, err error) {
	var u *gate.Unavailable
	if !errors.As(err, &u) {
		u = &gate.Unavailable{ID: id.Key(), Reason: gate.ReasonBadAnswer, Detail: err.Error()}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		u = &gate.Unavailable{ID: id.Key(), Reason: gate.ReasonTimeout, Detail: fmt.Sprintf("%q was not looked at within the time for registries: raise limits.online in the policy", id.Key())}
	}
	m.emit(gate.KindUnavailable, at, *u)
}

// audit runs the auditors over all that is known of a model.
func (m *modelResult) audit(ctx context.Context, s *gate.Subject, opt *Online) {
	var out fileResult
	name := Remote(s.Model, "")
	w := &worker{s: &scanner{opt: Options{Limits: opt.Limits}}, out: &out, outer: entry{path: name}}
	timed, cancel := context.WithTimeout(ctx, opt.Limits.FileTime)
	defer cancel()
	files := shelve(timed, s, opt)
	for _, a := range opt.Auditors {
		rec := &recorder{w: w, ctx: timed, check: a.Spec().Name, blob: gate.NewBlob(name, 0, io.NewSectionReader(nil, 0, 0))}
		rec.guarded(name, func() { a.Audit(timed, s, rec) })
	}
	m.settle(w, files, s.Model)
	w.overdue(timed, ctx, name, opt.Limits.FileTime)
	m.evidence = append(m.evidence, out.evidence...)
}

// Remote is the path of a file of a registry's model in locations: "hf:org/name@rev/file".
func Remote(id gate.ModelID, file string) string {
	p := named(id.Source + ":" + strings.TrimPrefix(id.String(), id.Source+":"))
	if file == "" {
		return p
	}
	return p + "/" + named(file)
}

// read inspects the files of a model by ranges.
func (m *modelResult) read(ctx context.Context, s *gate.Subject, opt *Online) {
	repo, registry := s.Repository, opt.Registries[s.Model.Source]
	at := s.References[0].At
	for _, n := range repo.Notes {
		m.emit(gate.KindUnavailable, at, n)
	}
	if len(repo.Files) == 0 {
		m.emit(gate.KindIncomplete, gate.Location{Path: Remote(s.Model, "")}, gate.Incomplete{Reason: "its registry lists no file of it"})
	}
	for _, r := range missing(s.References, repo.Files) {
		m.emit(gate.KindUnavailable, r.At, gate.Unavailable{
			ID: s.Model.Key(), Reason: gate.ReasonEntry, Detail: fmt.Sprintf("the registry lists no file %.200q, which %s asks for", oneFile(r), r.Loader),
		})
	}
	a := &gate.Artifact{Model: s.Model, Publisher: repo.Owner, Repository: repo, Mode: "range"}
	files := slices.SortedFunc(slices.Values(repo.Files), func(a, b gate.RemoteFile) int { return strings.Compare(a.Path, b.Path) })
	results := make([]remoteResult, len(files))
	parallel(len(files), func(i int) { results[i] = remoteFile(ctx, s, files[i], registry, opt) })
	m.evidence = append(m.evidence, quieten(s.Model, results)...)
	for _, r := range results {
		a.Files = append(a.Files, r.files...)
		a.Fetched += r.fetched
		a.Requests += r.requests
		m.evidence = append(m.evidence, r.evidence...)
		m.inspected += r.inspected
		for _, ref := range r.references {
			ref.At, ref.Context = at, s.References[0].Context
			m.names = append(m.names, ref)
		}
	}
	mark(m.evidence, loads(s.References, repo.Files), s.Model)
	m.artifact = a
}

// mark completes what is said of the files of a model: whose they are, that they were read
// by ranges, and whether the references load them.
func mark(evidence []gate.Evidence, loaded map[string]string, id gate.ModelID) {
	for i, e := range evidence {
		f, ok := e.Data.(gate.FileFact)
		if !ok {
			continue
		}
		f.Model = id.Key()
		outer, _, _ := strings.Cut(e.At.Path, "!")
		f.Loaded = loaded[outer]
		f.Mode = "range"
		evidence[i].Data = f
	}
}

// parallel calls do for each index below n, from several goroutines.
func parallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(atOnce, n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
