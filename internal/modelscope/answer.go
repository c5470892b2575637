package modelscope

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/modelgate/gate"
)

// envelope is around every answer. ModelScope tells some failures in it only, with
// status 200.
type envelope struct {
	Code    int
	Message string
	Data    json.RawMessage
}

func (a *ask) decode(body []byte, data any) *gate.Unavailable {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return a.bad("the answer is not ModelScope's JSON")
	}
	if e.Code != http.StatusOK {
		why := "it answered " + strconv.Itoa(e.Code) + ", " + strconv.Quote(short(e.Message))
		switch {
		case e.Code == http.StatusTooManyRequests:
			return a.unavailable(gate.ReasonRateLimited, why)
		case e.Code >= 500 && e.Code < 600:
			return a.unavailable(gate.ReasonNetwork, why)
		}
		return a.unavailable(gate.ReasonNotFound, why)
	}
	if err := json.Unmarshal(e.Data, data); err != nil || string(e.Data) == "null" {
		return a.bad("the answer has other fields than ModelScope's")
	}
	return nil
}

type file struct {
	Path   string
	Type   string // blob or tree
	Size   int64
	SHA256 string `json:"Sha256"`
}

type committer struct {
	ID      string `json:"Id"`
	ShortID string `json:"ShortId"`
}

type revisions struct {
	RevisionMap struct{ Branches, Tags []ref }
}

type ref struct {
	Revision string
	CommitID string `json:"CommitId"`
}

func (r revisions) refs() []gate.Ref {
	var refs []gate.Ref
	add := func(kind string, list []ref) {
		for _, x := range list[:min(len(list), maxRefs)] {
			id := x.CommitID
			if !commit.MatchString(id) {
				id = ""
			}
			refs = append(refs, gate.Ref{Name: short(x.Revision), Kind: kind, Commit: id})
		}
	}
	add("branch", r.RevisionMap.Branches)
	add("tag", r.RevisionMap.Tags)
	return refs
}

// info describes a model. What is not of the expected type is left out.
type info struct {
	ID              loose[int64] `json:"Id"`
	License         loose[string]
	Downloads       loose[int64] // since the beginning
	CreatedTime     stamp
	LastUpdatedTime stamp
	Visibility      loose[int64] // 1 private, 5 public
	Tags            loose[[]string]
	BaseModel       loose[[]string]
	Organization    *struct {
		ID         loose[int64] `json:"Id"`
		Name       loose[string]
		GmtCreated stamp
	}
}

func (i info) describe(repo *gate.Repository) {
	if i.ID.value > 0 {
		repo.ID = strconv.FormatInt(i.ID.value, 10)
	}
	repo.License, repo.Tags, repo.BaseModels = short(i.License.value), few(i.Tags.value), few(i.BaseModel.value)
	repo.DownloadsAll = max(0, i.Downloads.value)
	repo.Created, repo.Modified = i.CreatedTime.Time, i.LastUpdatedTime.Time
	repo.Private = i.Visibility.value == 1
	if o := i.Organization; o != nil && o.Name.value != "" {
		repo.Owner = &gate.Publisher{Name: short(o.Name.value), Type: "org", Created: o.GmtCreated.Time}
		if o.ID.value > 0 {
			repo.Owner.ID = strconv.FormatInt(o.ID.value, 10)
		}
	}
}

// short and few bound what goes into a report.
func short(s string) string { return s[:min(len(s), 200)] }

func few(list []string) []string {
	var out []string
	for _, s := range list[:min(len(list), 100)] {
		out = append(out, short(s))
	}
	return out
}

// loose is a value of a type, or the zero value where the answer has one of another.
type loose[T any] struct{ value T }

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose[T]) UnmarshalJSON(text []byte) error {
	var value T
	if json.Unmarshal(text, &value) == nil {
		l.value = value
	}
	return nil
}

// stamp is a time as seconds since 1970, or as text.
type stamp struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (s *stamp) UnmarshalJSON(text []byte) error {
	text = bytes.Trim(text, `"`)
	if seconds, err := strconv.ParseInt(string(text), 10, 64); err == nil && seconds > 0 && seconds < 1<<35 {
		s.Time = time.Unix(seconds, 0).UTC()
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			s.Time = t.UTC()
			return nil
		}
	}
	return nil
}
