package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/modelgate/gate"
)

const (
	hubHome    = "https://huggingface.co/"
	githubHome = "https://github.com/"
)

// properties are facts that the standard has no field for.
type properties []cdx.Property

func (p *properties) add(name, value string) {
	if value != "" {
		*p = append(*p, cdx.Property{Name: "gate:" + name, Value: plain(value)})
	}
}

func (p *properties) list() *[]cdx.Property {
	if len(*p) == 0 {
		return nil
	}
	out := []cdx.Property(*p)
	return &out
}

// modelProperties are what the gate and the registry know of a model.
func modelProperties(u *use, repo *gate.Repository) *[]cdx.Property {
	p := properties{}
	p.add("source", u.model.Source)
	if len(u.references) > 0 && u.model.Source != "local" {
		p.add("pinned", fmt.Sprint(u.immutable()))
	}
	p.add("state", string(u.weights))
	for _, f := range formats(u.outerFiles()) {
		p.add("format", f)
	}
	for _, revision := range distinct(u.references, func(r gate.Reference) string { return r.Model.Revision }) {
		p.add("revision", revision)
	}
	for _, loader := range distinct(u.references, func(r gate.Reference) string { return r.Loader }) {
		p.add("loader", loader)
	}
	if u.artifact != nil {
		p.add("read", u.artifact.Mode)
	}
	p.add("unavailable", u.reason)
	if repo == nil {
		return p.list()
	}
	if o := repo.Owner; o != nil {
		p.add("publisher:type", o.Type)
		p.add("publisher:verified", fmt.Sprint(o.Verified))
		p.add("publisher:created", day(o.Created))
	}
	p.add("repository:id", repo.ID)
	p.add("repository:name", repo.Name)
	p.add("repository:created", day(repo.Created))
	p.add("repository:gated", repo.Gated)
	p.add("repository:commit-reachable", repo.Reachable)
	return p.list()
}

// distinct are the values of references, each once, in their order.
func distinct(refs []gate.Reference, value func(gate.Reference) string) []string {
	var out []string
	for _, r := range refs {
		if v := value(r); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// purl is the package URL of a model, where its registry has a type of its own
// (https://github.com/package-url/purl-spec). A revision that can move is left out.
func purl(m gate.ModelID, commit string) string {
	var p string
	switch {
	case m.Source == "hf" && m.Name != "":
		p = "pkg:huggingface/" + purlName(m.Namespace, m.Name)
	case m.Source == "torchhub" && m.Namespace != "":
		p = "pkg:github/" + strings.ToLower(purlName(m.Namespace, m.Name))
	default:
		return ""
	}
	if commit != "" {
		p += "@" + purlPart(strings.ToLower(commit))
	}
	return p
}

func purlName(namespace, name string) string {
	if namespace == "" {
		return purlPart(name)
	}
	return purlPart(namespace) + "/" + purlPart(name)
}

func purlPart(s string) string { return strings.ReplaceAll(url.PathEscape(s), "@", "%40") }

// external are the pages of a model.
func external(u *use, repo *gate.Repository) *[]cdx.ExternalReference {
	var out []cdx.ExternalReference
	add := func(kind cdx.ExternalReferenceType, address string) {
		out = append(out, cdx.ExternalReference{Type: kind, URL: address})
	}
	switch m := u.model; {
	case m.Source == "hf" && m.Name != "":
		page := hubURL(m.Key())
		add(cdx.ERTypeWebsite, page)
		if u.commit != "" {
			add(cdx.ERTypeDistribution, page+"/tree/"+url.PathEscape(u.commit))
		}
		if repo != nil && slices.ContainsFunc(repo.Files, func(f gate.RemoteFile) bool { return f.Path == "README.md" }) {
			add(cdx.ERTypeModelCard, page+"/blob/"+url.PathEscape(u.commit)+"/README.md")
		}
	case m.Source == "torchhub" && m.Namespace != "":
		add(cdx.ERTypeVCS, githubHome+purlName(m.Namespace, m.Name))
	default:
		if address, err := url.Parse(m.URL); err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != "" {
			address.User = nil
			add(cdx.ERTypeDistribution, address.String())
		}
	}
	if out == nil {
		return nil
	}
	return &out
}

// hubURL is the page of an account or a model at the Hub.
func hubURL(name string) string { return hubHome + (&url.URL{Path: name}).EscapedPath() }

// hubTasks are the tags of the Hub that say what a model is for
// (https://huggingface.co/tasks).
var hubTasks = []string{
	"any-to-any", "audio-classification", "audio-text-to-text", "audio-to-audio", "automatic-speech-recognition",
	"depth-estimation", "document-question-answering", "feature-extraction", "fill-mask", "image-classification",
	"image-feature-extraction", "image-segmentation", "image-text-to-text", "image-to-image", "image-to-text", "image-to-video",
	"keypoint-detection", "mask-generation", "object-detection", "question-answering", "reinforcement-learning", "robotics",
	"sentence-similarity", "summarization", "table-question-answering", "tabular-classification", "tabular-regression",
	"text-classification", "text-generation", "text-ranking", "text-to-audio", "text-to-image", "text-to-speech",
	"text-to-video", "text-to-3d", "time-series-forecasting", "token-classification", "translation",
	"unconditional-image-generation", "video-classification", "video-text-to-text", "visual-question-answering",
	"zero-shot-classification", "zero-shot-image-classification", "zero-shot-object-detection",
}

// modelCard is what the tags of a model say of its making.
func modelCard(m gate.ModelID, repo *gate.Repository) *cdx.MLModelCard {
	if m.Source != "hf" {
		return nil
	}
	p := &cdx.MLModelParameters{}
	var datasets []cdx.MLDatasetChoice
	for _, tag := range repo.Tags {
		if name, ok := strings.CutPrefix(tag, "dataset:"); ok && name != "" {
			datasets = append(datasets, cdx.MLDatasetChoice{ComponentData: &cdx.ComponentData{
				Type: cdx.ComponentDataTypeDataset, Name: plain(name), Contents: &cdx.ComponentDataContents{URL: hubURL("datasets/" + name)},
			}})
		}
		if p.Task == "" && slices.Contains(hubTasks, tag) {
			p.Task = tag
		}
	}
	if len(datasets) > 0 {
		p.Datasets = &datasets
	}
	if p.Task == "" && datasets == nil {
		return nil
	}
	return &cdx.MLModelCard{ModelParameters: p}
}
