package gha

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Event is what started the workflow.
type Event struct {
	Name string
	// Commit is what the event is about: of a pull request the merge that GitHub made.
	Commit string
	// Base and Head are the commits of a proposed change, empty for other events.
	Base, Head string
	// Fork says that the change comes from another repository.
	Fork bool
}

// Proposes tells whether the event is about a change that is not merged yet.
func (e *Event) Proposes() bool {
	switch e.Name {
	case "pull_request", "pull_request_target", "merge_group":
		return true
	}
	return e.Base != ""
}

// Foreign tells whether the event is one that people without write access can cause, and
// that is about no commit of theirs: a workflow that a comment or another workflow starts
// may have checked out a pull request, and the event does not tell its base.
func (e *Event) Foreign() bool {
	switch e.Name {
	case "", "push", "schedule", "workflow_dispatch":
		return false
	}
	return !e.Proposes()
}

// maxEvent is far more than GitHub's limit of 25 MB for a payload.
const maxEvent = 64 << 20

// ReadEvent reads the event of the runner, or nothing outside of one:
// https://docs.github.com/webhooks/webhook-events-and-payloads.
func ReadEvent(getenv func(string) string) (*Event, error) {
	if getenv("GITHUB_ACTIONS") != "true" || getenv("GITHUB_EVENT_NAME") == "" {
		return nil, nil
	}
	e := &Event{Name: getenv("GITHUB_EVENT_NAME"), Commit: getenv("GITHUB_SHA")}
	path := getenv("GITHUB_EVENT_PATH")
	if path == "" {
		return e, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the event of the workflow: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxEvent))
	if err != nil {
		return nil, fmt.Errorf("reading the event of the workflow: %w", err)
	}
	var p payload
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reading the event of the workflow: %w", err)
	}
	e.take(&p)
	return e, nil
}

// payload is the part of an event that says what is proposed.
type payload struct {
	PullRequest *struct {
		Base, Head side
	} `json:"pull_request"`
	MergeGroup *struct {
		BaseSHA string `json:"base_sha"`
		HeadSHA string `json:"head_sha"`
	} `json:"merge_group"`
}

type side struct {
	SHA  string `json:"sha"`
	Repo *struct {
		FullName string `json:"full_name"`
	} `json:"repo"` // null once a fork is deleted
}

func (e *Event) take(p *payload) {
	switch {
	case p.PullRequest != nil:
		base, head := p.PullRequest.Base, p.PullRequest.Head
		e.Base, e.Head = base.SHA, head.SHA
		e.Fork = base.Repo != nil && (head.Repo == nil || head.Repo.FullName != base.Repo.FullName)
	case p.MergeGroup != nil:
		e.Base, e.Head = p.MergeGroup.BaseSHA, p.MergeGroup.HeadSHA
	}
}
