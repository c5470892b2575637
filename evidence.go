package gate

import "io"

// Kind names a sort of fact, <check>.<noun>, such as "pickle.import".
type Kind string

// The kinds that the engine itself states; every other kind belongs to one check.
const (
	KindReference  Kind = "refs.reference"
	KindUnparsed   Kind = "refs.unparsed"
	KindFile       Kind = "artifact.file"
	KindCommitted  Kind = "artifact.committed"
	KindIncomplete Kind = "scan.incomplete"
	KindSymlink    Kind = "scan.symlink"
	KindMismatch   Kind = "file.type-mismatch"
	// KindUnavailable is a registry that did not answer, KindServer one whose answers
	// give reason to distrust it.
	KindUnavailable Kind = "hub.unavailable"
	KindServer      Kind = "hub.server"
)

// KindLoad is a load in source code and how safe it is; every finder may state it.
const KindLoad Kind = "code.load"

// KindExternal is a file that loading a blob reads and that lies elsewhere than beside
// it; every inspector may state it.
const KindExternal Kind = "external.path"

// KindChecksum is a file beside what was written down of it, in a lock or a list of
// digests.
const KindChecksum Kind = "checksum.file"

// Checksum is the data of KindChecksum.
type Checksum struct {
	Model    string `json:"model,omitempty"` // empty for a local model
	Registry string `json:"registry,omitempty"`
	Name     string `json:"name"`
	Want     string `json:"want"`
	Got      string `json:"got"`
	State    string `json:"state"` // same, differs, missing, extra
	By       string `json:"by"`    // the file that has the digest
}

// KindWorkflowGate and KindPrecommitGate say that the gate itself is run, by a pipeline or
// before a commit; a finder reads it from configurations, and the engine knows it of the
// run that it is in.
const (
	KindWorkflowGate  Kind = "workflow.gate"
	KindPrecommitGate Kind = "precommit.gate"
)

// Evidence is one fact: typed data at a place. It never says how bad it is.
type Evidence struct {
	Kind Kind     `json:"kind"`
	At   Location `json:"at"`
	// Model is the key of the model whose file states the fact, where it is not local.
	Model string `json:"model,omitempty"`
	Data  any    `json:"data"`
}

// Load is the data of KindLoad: a call, flag or key that loads a model in a way that
// matters for safety.
type Load struct {
	// Callee is the function, command or key as its library names it: "torch.load".
	Callee string `json:"callee"`
	// Flag and Value are the argument that decides, such as weights_only and false; the
	// value is "absent" where the default decides and "?" where it is not known.
	Flag  string `json:"flag,omitempty"`
	Value string `json:"value,omitempty"`
	// Unsafe names what the load permits: torch-pickle, pickle, numpy-pickle,
	// keras-code, remote-code, torch-hub, safetensors-disabled, downloaded-code, yaml.
	Unsafe string `json:"unsafe"`
	// Origin is where what is loaded comes from: hub, url, file, memory, or "".
	Origin string `json:"origin,omitempty"`
	// Model is the id of what is loaded, where it is known.
	Model string `json:"model,omitempty"`
	// Context is that of the file.
	Context Context `json:"context,omitempty"`
	// VersionSafe tells of a load that leaves the argument out whether the default is safe
	// in the versions of the library that the project allows: yes, no, unknown, or "" where
	// no file says which.
	VersionSafe string `json:"version_safe,omitempty"`
}

// External is the data of KindExternal.
type External struct {
	Location string `json:"location"` // as written
	Field    string `json:"field"`    // what names it, such as weight_map or vocabulary
}

// WorkflowGate is the data of KindWorkflowGate.
type WorkflowGate struct {
	// Pinned says that what is run is named by a commit or a digest.
	Pinned bool `json:"pinned"`
	// Events are those that start the workflow, where its format has them.
	Events []string `json:"events"`
	// Running says that this run of the gate is the one of a pipeline.
	Running bool `json:"running,omitempty"`
}

// PrecommitGate is the data of KindPrecommitGate.
type PrecommitGate struct {
	Pinned bool `json:"pinned"` // the hook is named by a commit
}

// Incomplete is the data of KindIncomplete: work that was not finished.
type Incomplete struct {
	Reason string `json:"reason"`           // what happened, for a person
	Budget string `json:"budget,omitempty"` // the limit that was spent: time, bytes, depth, entries, ratio
	Limit  int64  `json:"limit,omitempty"`
}

// Server is the data of KindServer.
type Server struct {
	ID     string `json:"id"`     // the model whose file was read
	Reason string `json:"reason"` // what the server did
}

// Unparsed is the data of KindUnparsed: a source that has something to find and could
// not be parsed, so that only its tokens were looked at.
type Unparsed struct {
	Language string `json:"language"`
	Reason   string `json:"reason"`
	// Added says that a proposed change adds or edits the file.
	Added bool `json:"added,omitempty"`
}

// Malformed is the data of every kind <format>.malformed.
type Malformed struct {
	Reason string `json:"reason"`
}

// ReferenceFact is the data of KindReference.
type ReferenceFact struct {
	Reference
	ID string `json:"id"` // Model.Key()
}

// FileFact is the data of KindFile: a file that was inspected.
type FileFact struct {
	Format string `json:"format"`
	Role   string `json:"role"` // weights, config, code, card, archive, other
	Dir    string `json:"dir"`  // the folder of the outermost file
	Size   int64  `json:"size"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	Nested bool   `json:"nested"` // an entry of a container
	SHA256 string `json:"sha256,omitempty"`
	// Model is the key of the model, where it is not local, and Loaded whether a reference
	// loads the file: yes, no or unknown.
	Model  string `json:"model,omitempty"`
	Loaded string `json:"loaded,omitempty"`
	// Mode is range where the file was read by ranges and not in full.
	Mode string `json:"mode,omitempty"`
}

// CommittedFact is the data of KindCommitted: weights that lie in the repository itself.
type CommittedFact struct {
	Format string `json:"format"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
	LFS    bool   `json:"lfs,omitempty"`
}

// Recorder takes what a check states while it reads one file. Locations come from
// Source.At, or for blobs have only an Offset: an empty Path means the blob itself.
type Recorder interface {
	// Reference states a use of a model.
	Reference(Reference)
	// Bind states a name that another file may use.
	Bind(Binding)
	// Emit states a fact of a kind that the check's Spec declares.
	Emit(Kind, Location, any)
	// Format says that the blob is of a format, and how far it was understood. The
	// reason is needed where the state is Unread. The last call of an inspector holds;
	// the engine keeps the worst state of several inspectors and of the children.
	Format(name string, state State, reason string)
	// Child hands back a file that is inside the blob. A size below zero is unknown. If r
	// is an io.ReaderAt it is read in place, else up to the engine's budgets. The reader
	// is used before Child returns.
	Child(name string, size int64, r io.Reader)
	// Embed hands back text in another language that stands inside the source; language
	// is the name of a finder or one of the languages that its Spec lists.
	Embed(language string, text []byte, at PositionMap)
}

// Spec describes a check.
type Spec struct {
	Name string // its folder, and the format or the language
	Doc  string // one sentence for a user
	// Languages are further names under which embedded text reaches a finder.
	Languages []string
	// Emits has every kind that the check states with a zero value of its data.
	Emits map[Kind]any
}
