package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/modelgate/gate"
)

// manySiblings is the length of a list from which on the tree is asked, page by page,
// rather than to trust that the list is complete.
const manySiblings = 10_000

// Info is what the Hub says of a model at a revision, its files included: mostly one
// request. An empty revision is the default branch. The owner and the references are
// left out.
func (c *Client) Info(ctx context.Context, name, rev string) (*gate.Repository, error) {
	id := modelName(name, rev)
	rev, err := asked(name, rev)
	if err != nil {
		return nil, err
	}
	m, err := c.model(ctx, id, name, rev, url.Values{"blobs": {"true"}, "securityStatus": {"true"}})
	if _, ok := errors.AsType[*oversize](err); ok { // then the tree has the sizes
		m, err = c.model(ctx, id, name, rev, url.Values{"securityStatus": {"true"}})
	}
	if err != nil {
		return nil, err
	}
	if err := m.check(rev); err != nil {
		return nil, badAnswer(id, "the answer of %s about %s makes no sense: %v", c.endpoint.Host, id, err)
	}
	r := m.repository()
	r.Model = gate.ModelID{Source: "hf", Revision: rev}
	r.Model.Namespace, r.Model.Name = split(name)
	files, complete, err := listed(m.Siblings)
	if err != nil {
		return nil, badAnswer(id, "the answer of %s about %s makes no sense: %v", c.endpoint.Host, id, err)
	}
	if !complete || m.Siblings == nil {
		if files, err = c.Tree(ctx, r.Name, r.Commit); err != nil {
			return nil, err
		}
	}
	r.Files = files
	return r, nil
}

func (c *Client) model(ctx context.Context, id, name, rev string, query url.Values) (*model, error) {
	u, err := c.url("/api/models/"+name+"/revision/"+url.PathEscape(rev), query)
	if err != nil {
		return nil, err
	}
	var m model
	if _, err := c.getJSON(ctx, id, aboutModel, u, &m); err != nil {
		return nil, err
	}
	return &m, nil
}

func modelName(name, rev string) string {
	return gate.ModelID{Name: name, Revision: rev}.String()
}

func split(name string) (namespace, rest string) {
	if ns, rest, ok := strings.Cut(name, "/"); ok {
		return ns, rest
	}
	return "", name
}

// model is the Hub's ModelInfo. What the publisher writes is left raw, since it may have
// any shape.
type model struct {
	OID          string          `json:"_id"`
	Name         string          `json:"id"`
	SHA          string          `json:"sha"`
	CreatedAt    string          `json:"createdAt"`
	LastModified string          `json:"lastModified"`
	Gated        gated           `json:"gated"`
	Disabled     bool            `json:"disabled"`
	Private      bool            `json:"private"`
	Downloads    int64           `json:"downloads"`
	DownloadsAll int64           `json:"downloadsAllTime"`
	Tags         []string        `json:"tags"`
	CardData     json.RawMessage `json:"cardData"`
	Siblings     []entry         `json:"siblings"`
	Scan         *struct {
		ScansDone       bool                 `json:"scansDone"`
		FilesWithIssues []gate.HubScanResult `json:"filesWithIssues"`
	} `json:"securityRepoStatus"`
}

// entry is a file as the model or the tree lists it.
type entry struct {
	Type     string `json:"type"` // of the tree: file or directory
	Path     string `json:"path"`
	Sibling  string `json:"rfilename"`
	Size     *int64 `json:"size"`
	BlobID   string `json:"blobId"`
	ObjectID string `json:"oid"`
	LFS      *struct {
		SHA256   string `json:"sha256"`
		ObjectID string `json:"oid"`
		Size     int64  `json:"size"`
	} `json:"lfs"`
}

// gated is false, true, or how access is given.
type gated string

// UnmarshalJSON implements json.Unmarshaler.
func (g *gated) UnmarshalJSON(text []byte) error {
	switch s := string(text); s {
	case "false", "null":
		*g = ""
	case "true":
		*g = "manual"
	case `"auto"`, `"manual"`:
		*g = gated(strings.Trim(s, `"`))
	default:
		return fmt.Errorf("gated is %.40q", s)
	}
	return nil
}

// check refuses an answer that no Hub gives to a question for this revision.
func (m *model) check(rev string) error {
	if err := CheckName(m.Name); err != nil {
		return fmt.Errorf("the name %.100q: %v", m.Name, err)
	}
	switch {
	case m.OID != "" && !isID(m.OID):
		return fmt.Errorf("the id %.100q", m.OID)
	case !IsCommit(m.SHA):
		return fmt.Errorf("the commit %.100q", m.SHA)
	case IsCommit(rev) && rev != m.SHA:
		return fmt.Errorf("it is about the commit %s", m.SHA)
	case m.Downloads < 0 || m.DownloadsAll < 0:
		return fmt.Errorf("a number of downloads below zero")
	}
	return nil
}

func (m *model) repository() *gate.Repository {
	r := &gate.Repository{
		Name: m.Name, ID: m.OID, Created: stamp(m.CreatedAt), Modified: stamp(m.LastModified), Commit: m.SHA,
		Downloads: m.Downloads, DownloadsAll: m.DownloadsAll,
		Gated: string(m.Gated), Private: m.Private, Disabled: m.Disabled, Tags: m.Tags,
	}
	r.License, r.BaseModels = m.claims()
	r.License = line(r.License)
	if r.Created.IsZero() {
		r.Created = IDTime(r.ID)
	}
	if m.Scan != nil {
		r.Scan = &gate.HubScan{Done: m.Scan.ScansDone, Files: m.Scan.FilesWithIssues}
		for i, f := range r.Scan.Files {
			r.Scan.Files[i].Level = level(f.Level)
		}
	}
	return r
}

// level is a verdict of the Hub's scanners. Files with issues are listed: one of which
// nobody knows what it means is the worst.
func level(s string) string {
	switch s = strings.ToLower(s); s {
	case "suspicious", "caution", "pending", "error", "unscanned", "safe":
		return s
	case "queued":
		return "pending"
	}
	return "unsafe"
}

// claims are the licence and the base models that the publisher states, in the card or in
// the tags that the Hub makes of it.
func (m *model) claims() (license string, bases []string) {
	for _, tag := range m.Tags {
		key, value, _ := strings.Cut(tag, ":")
		switch key {
		case "license":
			license = value
		case "base_model":
			bases = append(bases, value[strings.LastIndexByte(value, ':')+1:])
		}
	}
	var card map[string]json.RawMessage
	if json.Unmarshal(m.CardData, &card) != nil {
		card = nil
	}
	if l := texts(card["license"]); license == "" && len(l) > 0 {
		license = l[0]
	}
	bases = append(bases, texts(card["base_model"])...)
	slices.Sort(bases)
	return license, slices.Compact(bases)
}

// maxLicense bounds the name of a licence.
const maxLicense = 200

// line is what a publisher wrote as one short line that can be shown and kept.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > maxLicense {
		s = strings.ToValidUTF8(s[:maxLicense], "") + "…"
	}
	return strings.TrimSpace(s)
}

// texts are a string, or the strings of a list.
func texts(raw json.RawMessage) []string {
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// stamp is zero for what is no time.
func stamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
