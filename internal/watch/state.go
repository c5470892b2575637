package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// StateVersion is the version of the state's format.
const StateVersion = 1

// MaxState bounds a state in bytes.
const MaxState = 64 << 20

const (
	maxModels   = 10_000
	maxAlerts   = 2_000 // of one model
	maxFailures = 1_000_000
)

// State is what a run leaves for the next: what was raised and is not over, and what the
// lock has no value of. It is made by NewState, ParseState or Run.
type State struct{ models map[string]entry }

type entry struct {
	Seen     Seen    `json:"seen"`
	Failures int     `json:"failures,omitempty"`
	Alerts   []Alert `json:"alerts"`
}

// Seen is what the Hub said of a model, where the lock may be silent.
type Seen struct {
	License  string `json:"license,omitempty"`
	Verified bool   `json:"verified,omitempty"`
	Looked   string `json:"looked,omitempty"` // the commit whose new files were read
}

type stateFile struct {
	Version int              `json:"version"`
	Models  map[string]entry `json:"models"`
}

// NewState is the state before the first run.
func NewState() *State { return &State{map[string]entry{}} }

// ParseState reads a state. It refuses what it does not know, since a state that is
// misread raises everything again, or nothing.
func ParseState(text []byte) (*State, error) {
	if len(text) > MaxState {
		return nil, fmt.Errorf("it has more than %d bytes", MaxState)
	}
	var any struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(text, &any); err != nil {
		return nil, fmt.Errorf("it is no JSON of a state: %w", err)
	}
	switch {
	case any.Version == nil:
		return nil, errors.New("it has no version")
	case *any.Version > StateVersion:
		return nil, fmt.Errorf("it has version %d, and this gate reads version %d: update gate", *any.Version, StateVersion)
	case *any.Version < 1:
		return nil, fmt.Errorf("it has version %d", *any.Version)
	}
	var f stateFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("it is not as a run leaves it: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the state")
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.Models == nil {
		f.Models = map[string]entry{}
	}
	return &State{f.Models}, nil
}

func (f *stateFile) check() error {
	if len(f.Models) > maxModels {
		return fmt.Errorf("it has %d models, more than %d", len(f.Models), maxModels)
	}
	types := Types()
	for key, e := range f.Models {
		if e.Failures < 0 || e.Failures > maxFailures || len(e.Alerts) > maxAlerts {
			return fmt.Errorf("the model %.100q has numbers that no run counts", key)
		}
		for _, a := range e.Alerts {
			if a.Key != key || !slices.Contains(types, a.Type) {
				return fmt.Errorf("the model %.100q has an alert %.60q of %.100q", key, a.Type, a.Key)
			}
		}
	}
	return nil
}

// Bytes is the state as a file: the same for the same state.
func (s *State) Bytes() ([]byte, error) {
	text, err := json.MarshalIndent(stateFile{StateVersion, s.models}, "", " ")
	if err != nil {
		return nil, err
	}
	if len(text) >= MaxState {
		return nil, fmt.Errorf("the state would have %d bytes, more than %d: watch fewer models with one state", len(text), MaxState)
	}
	return append(text, '\n'), nil
}

func (s *State) failures(key string) int { return s.models[key].Failures }

func (s *State) alerts(key string) []Alert { return s.models[key].Alerts }

// raised are the fingerprints of a model's alerts.
func (s *State) raised(key string) map[string]bool {
	out := map[string]bool{}
	for _, a := range s.models[key].Alerts {
		out[a.Fingerprint()] = true
	}
	return out
}
