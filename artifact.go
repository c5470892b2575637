package gate

import (
	"io"
	"sync"
	"time"
)

// State is how far a file was understood.
type State string

// The states of a file, from best to worst.
const (
	// Verified: a grammar or an exact layout accounts for every byte.
	Verified State = "verified"
	// Unproven: read as far as its format asks, nothing found.
	Unproven State = "unproven"
	// Unread: not read or not to its end; the reason says why.
	Unread State = "unread"
)

// Artifact is a model as files at an immutable revision, or a local directory.
type Artifact struct {
	Model     ModelID    `json:"model"`
	Publisher *Publisher `json:"publisher,omitempty"`
	// Repository is what the registry says of a model that is not local.
	Repository *Repository `json:"repository,omitempty"`
	// Mode tells how the bytes were read: full, or range, where the digests are the
	// registry's word. Fetched and Requests count what a range reading cost.
	Mode     string `json:"mode,omitempty"`
	Fetched  int64  `json:"fetched,omitempty"`
	Requests int    `json:"requests,omitempty"`
	Files    []File `json:"files"`
}

// Publisher is the owner of a model on its registry.
type Publisher struct {
	Name     string `json:"name"`
	ID       string `json:"id,omitempty"`
	Type     string `json:"type,omitempty"` // org or user
	Verified bool   `json:"verified"`
	// Created is when the account was opened; Members are the public members of an
	// organisation by name.
	Created time.Time `json:"created,omitzero"`
	Members []string  `json:"members,omitempty"`
}

// File is one file of an artifact. Path may name an entry of a container.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	Format string `json:"format,omitempty"` // the folder name of the inspector that knows it
	SHA256 string `json:"sha256,omitempty"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// HeadSize and TailSize bound what an inspector may look at before it wants a file.
// The tail covers the longest end record of a zip archive with its comment.
const (
	HeadSize = 4 << 10
	TailSize = 64<<10 + 22
)

// Blob is a file to inspect. It may be remote: ReadAt then fetches ranges on demand.
type Blob struct {
	Path string
	Size int64
	io.ReaderAt
	// Ranged says that each place that is read costs a request to a server: what does not
	// decide may be left unread, and the blob is then no better than unproven.
	Ranged bool

	head, tail func() []byte
}

// NewBlob returns a blob over the first size bytes of r.
func NewBlob(path string, size int64, r io.ReaderAt) *Blob {
	b := &Blob{Path: path, Size: size, ReaderAt: r}
	b.head = sync.OnceValue(func() []byte { return b.window(0, min(size, HeadSize)) })
	b.tail = sync.OnceValue(func() []byte { return b.window(max(0, size-TailSize), min(size, TailSize)) })
	return b
}

// Head is the start of the blob, at most HeadSize bytes. It is read once.
func (b *Blob) Head() []byte { return b.head() }

// Tail is the end of the blob, at most TailSize bytes. It is read once.
func (b *Blob) Tail() []byte { return b.tail() }

// Section reads the whole blob from its start.
func (b *Blob) Section() *io.SectionReader { return io.NewSectionReader(b.ReaderAt, 0, b.Size) }

// window reads what can be read of [from, from+n): a short read is found again, and
// reported, by the inspector that needs the bytes.
func (b *Blob) window(from, n int64) []byte {
	buf := make([]byte, n)
	got, _ := b.ReadAt(buf, from)
	return buf[:got]
}

// Subject is what an auditor looks at: a model with all that is known of it. For a local
// folder those are its files; for a model that a repository refers to, the references,
// and what its registry and the lock say.
type Subject struct {
	Dir   string // the folder of a local model, slash-separated
	Blobs []*Blob

	Model      ModelID // empty for a local folder
	References []Reference
	Repository *Repository // nil: the registry was not asked or did not answer
	Locked     *Locked     // nil: the lock has no entry
	// Trusted are the publishers that the policy trusts.
	Trusted []Publisher
	// FirstSeen is when the history of this repository first named the model; zero where
	// that is not known.
	FirstSeen time.Time
	Now       time.Time
}

// At is where a model of a registry is named: the place of the facts about it.
func (s *Subject) At() Location {
	if len(s.References) == 0 {
		return Location{}
	}
	return s.References[0].At
}
