package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
)

// maxHTMLUses is how many places that ask for a model are shown.
const maxHTMLUses = 6

type htmlModel struct {
	ID, Key, Source, Kind, Commit, Pin, PinClass string
	Publisher, Standing, Since                   string
	License, Size, Formats                       string
	Downloads, Created, Hub                      string
	States                                       []htmlBar
	Read                                         string
	Uses                                         []htmlUse
	MoreUses                                     string
}

type htmlUse struct{ Place, Loader, Revision, Context string }

type htmlFile struct{ Path, Model, Format, Size, SHA256, State, Reason string }

// htmlBar is one part of a bar: how many files are in a state, and where its part stands.
type htmlBar struct {
	State    string
	N        int
	From, To string // per cent
}

func (p *page) models(r *gate.Report) {
	uses := inventory(r)
	for _, u := range uses[:min(len(uses), maxHTMLModels)] {
		p.Models = append(p.Models, modelRow(u))
		p.model(shownName(u.model))
	}
	p.cut("models", len(uses)-len(p.Models), "model")
	left := 0
	for _, ref := range r.References {
		if ref.Resolution != gate.Dynamic && ref.Model.Key() != "" {
			continue
		}
		if len(p.Unresolved) == maxHTMLNotes {
			left++
			continue
		}
		p.Unresolved = append(p.Unresolved, short(place(ref.At), 400)+": "+short(ref.Loader, 200))
	}
	p.cut("unresolved", left, "place")
}

// model makes a model one of those to filter by.
func (p *page) model(key string) {
	if key != "" {
		p.Keys = append(p.Keys, key)
	}
}

func modelRow(u *use) htmlModel {
	m := htmlModel{
		ID: "model-" + digest(asked(u.model))[:12], Key: shownName(u.model), Source: sourceName(u.model.Source),
		Commit: short(u.commit, 80), States: bar(u.outerFiles()),
	}
	m.Pin, m.PinClass = pin(u)
	m.content(u)
	if u.artifact != nil && u.artifact.Repository != nil {
		m.repository(u.artifact.Repository)
	}
	for _, l := range u.licenses {
		m.License = joined(m.License, short(l.ID, 100))
	}
	for i, ref := range u.references {
		if i == maxHTMLUses && len(u.references) > maxHTMLUses+1 {
			m.MoreUses = fmt.Sprintf("and %d more places", len(u.references)-i)
			break
		}
		m.Uses = append(m.Uses, htmlUse{
			Place: short(place(ref.At), 400), Loader: short(ref.Loader, 200), Revision: short(ref.Model.Revision, 80), Context: short(string(ref.Context), 20),
		})
	}
	return m
}

// shownName is the id of a model, which for one in the repository is its folder.
func shownName(m gate.ModelID) string {
	if m.Source == "local" && m.Name == "." {
		return "root folder"
	}
	return short(m.Key(), 200)
}

// pin says whether what is loaded can be another tomorrow.
func pin(u *use) (text, class string) {
	switch {
	case u.model.Source == "local" && u.artifact != nil:
		return "in this repository", "good"
	case u.model.Source == "local":
		return "a path outside of the repository", ""
	case u.immutable():
		return "pinned", "good"
	default:
		return "not pinned", "bad"
	}
}

// content is what was read of the files.
func (m *htmlModel) content(u *use) {
	if u.artifact == nil {
		m.Read = "not read"
		if u.reason != "" {
			m.Read += ": " + short(u.reason, 400)
		}
		return
	}
	var total int64
	for _, f := range u.outerFiles() {
		total += f.Size
	}
	m.Size = size(total)
	m.Formats = cut(strings.Join(formats(u.outerFiles()), ", "), 400)
	switch a := u.artifact; {
	case a.Mode == "range":
		m.Read = fmt.Sprintf("by ranges: %s in %s", size(a.Fetched), Plural(a.Requests, "request"))
	case u.model.Source == "local":
		m.Read = "whole"
	default:
		m.Read = short(a.Mode, 40)
	}
}

// repository is the registry's word.
func (m *htmlModel) repository(r *gate.Repository) {
	m.Downloads = grouped(r.Downloads) + " " + verb(int(min(r.Downloads, 2)), "download", "downloads") + " in 30 days"
	if o := r.Owner; o != nil {
		m.Publisher, m.Standing = short(o.Name, 100), short(o.Type, 20)
		if o.Verified {
			m.Standing = strings.TrimSpace("verified " + m.Standing)
		} else {
			m.Standing = strings.TrimSpace("unverified " + m.Standing)
		}
		m.Since = day(o.Created)
	}
	m.Created = day(r.Created)
	var notes []string
	if r.Gated != "" {
		notes = append(notes, "gated")
	}
	if r.Private {
		notes = append(notes, "private")
	}
	if r.Disabled {
		notes = append(notes, "disabled")
	}
	if r.Name != "" && r.Name != r.Model.Key() {
		notes = append(notes, "now "+short(r.Name, 200))
	}
	if r.Reachable == "no" {
		notes = append(notes, "commit is on no branch")
	}
	m.Hub = strings.Join(notes, ", ")
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

// sourceName is a registry as a person knows it.
func sourceName(source string) string {
	names := map[string]string{"hf": "Hugging Face", "modelscope": "ModelScope", "ollama": "Ollama", "oci": "OCI", "torchhub": "Torch Hub", "kaggle": "Kaggle", "mlflow": "MLflow", "wandb": "W&B", "url": "URL", "git": "git", "local": "local"}
	if name := names[source]; name != "" {
		return name
	}
	return short(source, 40)
}

// files are all that was looked at, the least understood first.
func (p *page) files(r *gate.Report, owners map[string]string) {
	var all []gate.File
	for _, a := range r.Artifacts {
		all = append(all, a.Files...)
	}
	slices.SortStableFunc(all, func(a, b gate.File) int {
		switch {
		case worse(a.State, b.State):
			return -1
		case worse(b.State, a.State):
			return 1
		}
		return 0
	})
	p.Bar = bar(all)
	for _, f := range all[:min(len(all), maxHTMLFiles)] {
		p.Files = append(p.Files, htmlFile{
			Path: short(f.Path, 400), Model: owners[outer(f.Path)], Format: short(f.Format, 40), Size: size(f.Size),
			SHA256: short(f.SHA256, 64), State: short(string(f.State), 20), Reason: short(f.Reason, 400),
		})
	}
	p.cut("files", len(all)-len(p.Files), "file")
}

// owners has for each file that was read the id of its model.
func owners(r *gate.Report) map[string]string {
	out := map[string]string{}
	for _, a := range r.Artifacts {
		for _, f := range a.Files {
			out[outer(f.Path)] = shownName(a.Model)
		}
	}
	return out
}

// bar counts files by state, the best first.
func bar(files []gate.File) []htmlBar {
	n := map[gate.State]int{}
	for _, f := range files {
		n[f.State]++
	}
	var out []htmlBar
	done := 0
	for _, s := range []gate.State{gate.Verified, gate.Unproven, gate.Unread} {
		if n[s] == 0 {
			continue
		}
		percent := func(n int) string { return fmt.Sprintf("%.2f", 100*float64(n)/float64(len(files))) }
		out = append(out, htmlBar{string(s), n[s], percent(done), percent(n[s])})
		done += n[s]
	}
	return out
}

// size is a number of bytes for a person.
func size(n int64) string { return cmp.Or(amount(n), "0 B") }

// grouped is a number with its thousands apart.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
