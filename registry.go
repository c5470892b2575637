package gate

import (
	"context"
	"io"
	"time"
)

// Registry is where models are published: what it says of one, and the bytes of its
// files. An error that wraps *Unavailable says that the registry gave no answer; every
// other error that the gate itself failed.
type Registry interface {
	// Repository tells what the registry says of a model at its revision, the files
	// included.
	Repository(ctx context.Context, model ModelID) (*Repository, error)
	// Open returns the bytes of a file, fetched by ranges as they are read. The context
	// bounds all later reads. Close gives back what is held.
	Open(ctx context.Context, r *Repository, f RemoteFile) (RemoteReader, error)
}

// RemoteReader reads a file of a registry.
type RemoteReader interface {
	io.ReaderAt
	io.Closer
	// Fetched is the number of bytes and of requests so far.
	Fetched() (bytes int64, requests int)
	// Odd are the reasons to distrust the server: it ignored ranges, gave another size
	// than it stated, or changed the file while it was read.
	Odd() []string
}

// Repository is what a registry said of a model when it was asked. All of it is the
// registry's word; what the publisher wrote (License, Tags, BaseModels) is a claim.
type Repository struct {
	Model ModelID `json:"model"` // as asked
	// Name is the model's name at the registry now: another than asked after a move.
	Name string `json:"name"`
	// ID is the identity that the registry gave it, which survives a move and not a
	// deletion: 24 hexadecimal digits at the Hub, whose first 4 bytes are the creation
	// second. Empty where the registry has none.
	ID       string    `json:"id,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	// Commit is the immutable revision that was meant: a full commit or a digest.
	Commit string     `json:"commit"`
	Owner  *Publisher `json:"owner,omitempty"` // nil: not asked, or no answer
	// Downloads are those of the last 30 days. They can be bought.
	Downloads    int64        `json:"downloads"`
	DownloadsAll int64        `json:"downloads_all,omitempty"`
	Gated        string       `json:"gated,omitempty"` // empty, auto or manual
	Private      bool         `json:"private,omitempty"`
	Disabled     bool         `json:"disabled,omitempty"`
	License      string       `json:"license,omitempty"`
	Tags         []string     `json:"tags,omitempty"`
	BaseModels   []string     `json:"base_models,omitempty"`
	Refs         []Ref        `json:"refs,omitempty"`
	Scan         *HubScan     `json:"scan,omitempty"`
	Files        []RemoteFile `json:"files"`
	// Reachable says whether Commit is on a branch or behind a tag: "yes", "no", or
	// "unknown" where the registry did not tell within the budget.
	Reachable string `json:"reachable,omitempty"`
	// Notes are the parts of the answer that are missing, each with its reason.
	Notes []Unavailable `json:"notes,omitempty"`
}

// Ref is a branch or a tag of a repository.
type Ref struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"` // branch, tag
	Commit string `json:"commit"`
}

// RemoteFile is a file as its registry lists it.
type RemoteFile struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	// Git is the git object id (SHA-1) of the file, or of the pointer to it; SHA256 is
	// the digest of the bytes, which the Hub states for large files only.
	Git    string `json:"git,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// HubScan is the verdict of the registry's own scanners. That they find nothing proves
// nothing.
type HubScan struct {
	Done  bool            `json:"done"`
	Files []HubScanResult `json:"files"`
}

// HubScanResult is a file with which the registry's scanners are not content.
type HubScanResult struct {
	Path  string `json:"path"`
	Level string `json:"level"` // unsafe, suspicious, caution, pending, error
}

// Unavailable is an answer that a registry did not give. It is an error, and the data of
// KindUnavailable.
type Unavailable struct {
	ID     string `json:"id"`     // the model as it was asked for
	Reason string `json:"reason"` // one of the Reason constants
	// Detail says for a person what happened and, where it helps, what to do.
	Detail string `json:"detail"`
}

// The reasons why a registry does not answer. Only the first says that the model may be
// gone.
const (
	ReasonNotFound    = "not_found_or_private"
	ReasonGated       = "gated"
	ReasonDisabled    = "disabled"
	ReasonBadToken    = "bad_token"
	ReasonRevision    = "revision"
	ReasonEntry       = "entry"
	ReasonRateLimited = "rate_limited"
	ReasonNetwork     = "network"
	ReasonTimeout     = "timeout"     // not within the time for all registries
	ReasonOffline     = "offline"     // the user forbade it
	ReasonUnsupported = "unsupported" // no client for this registry
	ReasonBadAnswer   = "bad_answer"  // the answer makes no sense or breaks a bound
)

// Error implements error.
func (u *Unavailable) Error() string { return u.Detail }

// Locked is what the lock file says of a model. Its key is the source, the id and the
// revision that the code asks for: "hf:org/name@main".
type Locked struct {
	Key      string       `json:"key"`
	Commit   string       `json:"commit"`
	ID       string       `json:"id,omitempty"` // that of the repository at its registry
	Created  time.Time    `json:"created,omitzero"`
	Name     string       `json:"name"` // the name at the registry when it was locked
	Owner    Publisher    `json:"owner"`
	Gated    string       `json:"gated,omitempty"`
	License  string       `json:"license,omitempty"`
	Reviewed []string     `json:"reviewed,omitempty"` // SHA-256 of code that was approved
	Files    []LockedFile `json:"files"`
	Scan     *LockedScan  `json:"scan,omitempty"`
	At       Location     `json:"at"` // in the lock file
}

// LockedFile is one file of a locked model.
type LockedFile struct {
	RemoteFile
	// Excluded says why the policy does not let the file be loaded; empty for those that
	// it does.
	Excluded string `json:"excluded,omitempty"`
}

// LockedScan records by what a model was judged when it was locked.
type LockedScan struct {
	Engine  string  `json:"engine"`
	Verdict Verdict `json:"verdict"`
	Mode    string  `json:"mode"` // range or full
}
