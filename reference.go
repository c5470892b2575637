package gate

import "strings"

// Location is a place in a file. Path is slash-separated and relative to what is
// judged; an entry of a container follows after "!", as in "m.pt!archive/data.pkl". That of
// a file of a registry begins with the model: "hf:org/name@rev/m.pt".
// Lines and columns count from 1 and columns count bytes; zero means unknown. Offset
// is a byte offset in the innermost file and is meaningful where Line is zero.
type Location struct {
	Path      string `json:"path"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
	Offset    int64  `json:"offset,omitempty"`
}

// Remote tells whether the place is in a file of a registry: "hf:org/name@rev/file". The
// name of a file in a checkout never looks so.
func (l Location) Remote() bool {
	first, _, _ := strings.Cut(l.Path, "/")
	return strings.Contains(first, ":")
}

// ModelID names a model as a repository writes it. Source is the registry: hf,
// modelscope, ollama, oci, torchhub, kaggle, mlflow, wandb, spacy, catalog (an alias of
// a library), url, git, local. A source without namespaces leaves Namespace empty.
type ModelID struct {
	Source    string `json:"source"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	Revision  string `json:"revision,omitempty"`
	File      string `json:"file,omitempty"`
	URL       string `json:"url,omitempty"`
}

// String is the id as a person writes it: "org/name@revision", or the URL.
func (m ModelID) String() string {
	s := m.Key()
	if m.Revision != "" {
		s += "@" + m.Revision
	}
	return s
}

// Key is the id without its revision: what two references to one model share.
func (m ModelID) Key() string {
	switch {
	case m.Namespace != "":
		return m.Namespace + "/" + m.Name
	case m.Name != "":
		return m.Name
	default:
		return m.URL
	}
}

// Context tells what kind of file a reference stands in, since a model in a test is
// not one that is deployed.
type Context string

// The contexts of a reference.
const (
	InCode   Context = "code"
	InConfig Context = "config"
	InCI     Context = "ci"
	InTest   Context = "test"
	InDoc    Context = "doc"
)

// Resolution tells how the id of a reference was found.
type Resolution string

// The resolutions of a reference.
const (
	Literal     Resolution = "literal"     // written at the sink
	Resolved    Resolution = "resolved"    // followed through assignments, defaults, tables
	Alternative Resolution = "alternative" // one of several the sink may get
	Dynamic     Resolution = "dynamic"     // known only at run time: the id is empty
)

// Reference is one use of a model by a repository.
type Reference struct {
	Model ModelID `json:"model"`
	// Loader is the callee, command or key that loads, such as
	// "transformers.AutoModel.from_pretrained" or "vllm serve".
	Loader string `json:"loader"`
	// Args are the arguments that matter for safety, by their canonical names
	// (revision, trust_remote_code, use_safetensors, weights_only, filename,
	// allow_patterns, sha256, ...). An argument that is passed but whose value is not
	// known has the value "?".
	Args map[string]string `json:"args,omitempty"`
	// At is where the id stands; LoadedAt are the sinks that load it.
	At       Location   `json:"at"`
	LoadedAt []Location `json:"loaded_at,omitempty"`
	// Finder is the name of the check that found it.
	Finder     string     `json:"finder"`
	Context    Context    `json:"context,omitempty"`
	Resolution Resolution `json:"resolution"`
	// Variable has the names by which a dynamic reference asks for its id, separated by
	// blanks, for joining with a Binding of another file: "env:MODEL_ID",
	// "key:model.name", "py:pkg.module.NAME" (with a dot before a relative import). One
	// that begins with "?" is no reference at all unless a binding answers.
	Variable string `json:"variable,omitempty"`
	// Immutable says that what is loaded cannot change under this reference: a full
	// commit, a digest that the loader checks, a fixed version of a registry that has such.
	Immutable bool `json:"immutable"`
}

// Binding is a name that one file gives a value and another may use: an environment
// variable ("env:MODEL_ID"), a configuration key ("key:model.name"), or a constant of a
// Python module ("py:pkg.module:NAME").
type Binding struct {
	Name  string   `json:"name"`
	Value string   `json:"value"`
	At    Location `json:"at"`
}
