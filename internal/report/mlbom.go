package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/modelgate/gate"
)

// How a report maps onto a CycloneDX 1.6 bill of materials
// (https://cyclonedx.org/docs/1.6/json/), the newest that most readers know:
//
//   - The judged repository is the subject; it depends on each model that it uses.
//   - A model at a revision is one component of the type machine-learning-model, with its
//     files as components inside. Its version and purl have the immutable revision and
//     none else: a branch is what was asked for, a property. One that only tests load has
//     the scope excluded; one that only documents name is no component.
//   - What the publisher claims (licence, base models, data sets) is declared, as the
//     standard has it. What the gate found (state, pin, places) are properties that begin
//     with "gate:", and occurrences.
//   - The same report gives the same bytes: the serial number is made of the content, and
//     no time is stated.
//   - A composition says what is known to be whole. References that are known only at run
//     time, and models that could not be asked for, make the whole incomplete.
const (
	bomRoot        = "root"
	maxOccurrences = 1000 // of one model
)

// MLBOM writes the inventory of models that the judged repository uses.
func MLBOM(w io.Writer, r *gate.Report, _ Options) error {
	bom := cdx.NewBOM()
	b := &bomBuilder{of: r, taken: map[string]bool{bomRoot: true}}
	for _, u := range inventory(r) {
		if !u.only(gate.InDoc) {
			b.model(u)
		}
	}
	bom.Metadata = b.metadata()
	bom.Components = &b.components
	bom.Dependencies = b.dependencies()
	bom.Compositions = b.compositions()
	var content bytes.Buffer
	if err := encodeBOM(&content, bom); err != nil {
		return err
	}
	bom.SerialNumber = serial(content.Bytes())
	return encodeBOM(w, bom)
}

func encodeBOM(w io.Writer, bom *cdx.BOM) error {
	e := cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false)
	if err := e.EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return fmt.Errorf("cyclonedx: %w", err)
	}
	return nil
}

// serial is a UUID of the content, of version 8: those that are made as one likes.
func serial(content []byte) string {
	id := sha256.Sum256(content)
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16])
}

type bomBuilder struct {
	of         *gate.Report
	components []cdx.Component
	refs       []string // of the models, for the graph
	taken      map[string]bool
	whole      []cdx.BOMReference
	partial    []cdx.BOMReference
}

func (b *bomBuilder) metadata() *cdx.Metadata {
	r := b.of
	m := &cdx.Metadata{
		Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhasePreBuild}},
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
			Type: cdx.ComponentTypeApplication, Name: "gate", Version: plain(cmp.Or(r.Engine.Version, "dev")),
			ExternalReferences: &[]cdx.ExternalReference{{Type: cdx.ERTypeWebsite, URL: homepage}},
		}}},
		Component: &cdx.Component{BOMRef: bomRoot, Type: cdx.ComponentTypeApplication, Name: rootName(r)},
	}
	p := properties{}
	p.add("verdict", string(r.Verdict))
	p.add("policy:digest", r.Policy.Digest)
	p.add("policy:environment", r.Policy.Environment)
	p.add("rules:digest", r.Engine.RulesDigest)
	for _, ref := range r.References {
		if unresolved(ref) {
			p.add("unresolved", place(ref.At)+" "+ref.Loader)
		}
	}
	for _, u := range r.Unjudged {
		p.add("not-looked-at", u)
	}
	m.Properties = p.list()
	return m
}

// rootName is what the judged repository is called.
func rootName(r *gate.Report) string {
	name := path.Base(path.Clean(cmp.Or(r.Root, ".")))
	if name == "." || name == "/" || name == ".." {
		return "repository"
	}
	return plain(name)
}

// unresolved tells whether a reference uses a model that is not known.
func unresolved(r gate.Reference) bool {
	return (r.Resolution == gate.Dynamic || r.Model.Key() == "") && r.Context != gate.InDoc
}

func (b *bomBuilder) model(u *use) {
	ref := b.unique(u.model.Source + ":" + strings.TrimPrefix(u.model.String(), u.model.Source+":"))
	c := cdx.Component{
		BOMRef: ref, Type: cdx.ComponentTypeMachineLearningModel,
		Group: plain(u.model.Namespace), Name: plain(cmp.Or(u.model.Name, u.model.URL)),
		Version: plain(u.commit), PackageURL: purl(u.model, u.commit),
		Licenses: licenses(u.licenses), Evidence: occurrences(u), Components: b.files(u, ref),
	}
	if u.model.Source == "local" && u.model.Name == "." {
		c.Name = rootName(b.of)
	}
	if u.only(gate.InTest) {
		c.Scope = cdx.ScopeExcluded
	}
	var repo *gate.Repository
	if u.artifact != nil {
		repo = u.artifact.Repository
	}
	if repo != nil {
		published(&c, u.model, repo)
	}
	c.Properties = modelProperties(u, repo)
	c.ExternalReferences = external(u, repo)
	if u.artifact != nil && (repo != nil || u.model.Source == "local") {
		b.whole = append(b.whole, cdx.BOMReference(ref))
	} else {
		b.partial = append(b.partial, cdx.BOMReference(ref))
	}
	b.refs = append(b.refs, ref)
	b.components = append(b.components, c)
}

// unique is a reference that no other component of the bill has: names that differ before
// they are made plain may be equal after.
func (b *bomBuilder) unique(ref string) string {
	ref = plain(ref)
	name := ref
	for n := 2; b.taken[name]; n++ {
		name = fmt.Sprintf("%s~%d", ref, n)
	}
	b.taken[name] = true
	return name
}

// published is what the registry and the publisher say.
func published(c *cdx.Component, m gate.ModelID, repo *gate.Repository) {
	if o := repo.Owner; o != nil {
		c.Publisher = plain(o.Name)
		c.Supplier = &cdx.OrganizationalEntity{Name: plain(o.Name)}
		if m.Source == "hf" {
			c.Supplier.URL = &[]string{hubURL(o.Name)}
		}
	}
	var tags []string
	for _, t := range repo.Tags {
		if t = plain(t); !strings.Contains(t, ":") && t != "" && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	if len(tags) > 0 {
		c.Tags = &tags
	}
	var ancestors []cdx.Component
	for _, base := range repo.BaseModels {
		id := gate.ModelID{Source: m.Source, Name: base}
		if i := strings.LastIndexByte(base, '/'); i > 0 {
			id.Namespace, id.Name = base[:i], base[i+1:]
		}
		ancestors = append(ancestors, cdx.Component{
			Type: cdx.ComponentTypeMachineLearningModel, Group: plain(id.Namespace), Name: plain(id.Name), PackageURL: purl(id, ""),
		})
	}
	if len(ancestors) > 0 {
		c.Pedigree = &cdx.Pedigree{Ancestors: &ancestors, Notes: "As the publisher states them."}
	}
	c.ModelCard = modelCard(m, repo)
}

func licenses(found []licensed) *cdx.Licenses {
	var out cdx.Licenses
	for _, l := range found {
		license := &cdx.License{Acknowledgement: cdx.LicenseAcknowledgementDeclared}
		if strings.HasPrefix(l.SPDX, "LicenseRef-") || l.SPDX == "" {
			license.Name = plain(l.ID)
		} else {
			license.ID = l.SPDX
		}
		out = append(out, cdx.LicenseChoice{License: license})
	}
	if out == nil {
		return nil
	}
	return &out
}

// occurrences are the places that ask for a model.
func occurrences(u *use) *cdx.Evidence {
	var out []cdx.EvidenceOccurrence
	for _, ref := range u.references[:min(len(u.references), maxOccurrences)] {
		o := cdx.EvidenceOccurrence{Location: plain(ref.At.Path), Symbol: plain(ref.Loader), AdditionalContext: plain(string(ref.Context))}
		if line := ref.At.Line; line > 0 {
			o.Line = &line
		}
		out = append(out, o)
	}
	if out == nil {
		return nil
	}
	return &cdx.Evidence{Occurrences: &out}
}

// files are the files of a model with their digests and states.
func (b *bomBuilder) files(u *use, ref string) *[]cdx.Component {
	var out []cdx.Component
	for _, f := range u.outerFiles() {
		name := plain(u.inside(f.Path))
		c := cdx.Component{BOMRef: b.unique(ref + "#" + name), Type: cdx.ComponentTypeFile, Name: name}
		if isSHA256(f.SHA256) {
			c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: f.SHA256}}
		}
		p := properties{}
		p.add("state", string(f.State))
		p.add("reason", f.Reason)
		p.add("format", f.Format)
		p.add("size", fmt.Sprint(f.Size))
		c.Properties = p.list()
		out = append(out, c)
	}
	if out == nil {
		return nil
	}
	return &out
}

func (b *bomBuilder) dependencies() *[]cdx.Dependency {
	refs := slices.Clone(b.refs)
	root := cdx.Dependency{Ref: bomRoot, Dependencies: &refs}
	out := []cdx.Dependency{root}
	for _, ref := range refs {
		out = append(out, cdx.Dependency{Ref: ref})
	}
	return &out
}

// compositions say what is whole: the files of a model that was read are all of its files.
// Whether a repository uses more models than were found cannot be known.
func (b *bomBuilder) compositions() *[]cdx.Composition {
	aggregate := cdx.CompositionAggregateUnknown
	if len(b.partial) > 0 || b.of.Verdict == gate.Unfinished || slices.ContainsFunc(b.of.References, unresolved) {
		aggregate = cdx.CompositionAggregateIncomplete
	}
	out := []cdx.Composition{{Aggregate: aggregate, Dependencies: &[]cdx.BOMReference{bomRoot}}}
	if len(b.whole) > 0 {
		out = append(out, cdx.Composition{Aggregate: cdx.CompositionAggregateComplete, Assemblies: &b.whole})
	}
	if len(b.partial) > 0 {
		out = append(out, cdx.Composition{Aggregate: cdx.CompositionAggregateIncomplete, Assemblies: &b.partial})
	}
	return &out
}

func isSHA256(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

// formats are the formats of a model's files.
func formats(files []gate.File) []string {
	seen := map[string]bool{}
	for _, f := range files {
		if f.Format != "" && f.Format != "text" {
			seen[plain(f.Format)] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
