// Package dockerfile finds the models that an image is built with: its commands, with
// the variables that the build sets, are handed back as one script, and the files that it
// adds are read here. The grammar is that of docs.docker.com/reference/dockerfile.
package dockerfile

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/splice"
)

// maxText is the length of the longest file that is read.
const maxText = 1 << 20

// Finder finds models in Dockerfiles and Containerfiles.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "dockerfile",
		Doc:       "Finds models that the build of a container image downloads, adds or names.",
		Languages: []string{"docker", "containerfile"},
		Emits:     map[gate.Kind]any{gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Wants takes files by their names.
func (Finder) Wants(p string, head []byte) bool {
	base := strings.ToLower(path.Base(p))
	for _, name := range []string{"dockerfile", "containerfile"} {
		if base == name || strings.HasPrefix(base, name+".") || strings.HasPrefix(base, name+"-") || strings.HasSuffix(base, "."+name) {
			return true
		}
	}
	return false
}

// Find reads the instructions in order.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	b := &build{file: sourcefile.File{Finder: "dockerfile", Src: src, Out: out}}
	if !b.file.Fits(maxText) {
		return
	}
	for _, in := range instructions(src.Text) {
		if ctx.Err() != nil {
			return
		}
		b.instruction(in)
	}
	b.command()
	b.file.Embed("shell", b.script.Text())
}

// build collects the script of an image.
type build struct {
	file       sourcefile.File
	script     splice.Builder
	entrypoint splice.Text
	cmd        splice.Text
}

func (b *build) instruction(in instruction) {
	switch in.name {
	case "FROM":
		b.command()
		b.from(in.text)
	case "ENV", "ARG":
		b.variables(in)
	case "RUN":
		b.line(exec(flagless(in.text)))
	case "CMD":
		b.cmd = exec(in.text)
	case "ENTRYPOINT":
		b.entrypoint, b.cmd = exec(in.text), splice.Text{}
	case "ADD", "COPY":
		b.add(in)
	case "ONBUILD":
		if inner, ok := parse(in.text); ok && inner.name != "ONBUILD" {
			b.instruction(inner)
		}
	case "HEALTHCHECK":
		return
	}
}

// command adds what the container runs, once the stage is complete.
func (b *build) command() {
	if b.entrypoint.S != "" || b.cmd.S != "" {
		b.script.Append(b.entrypoint)
		b.script.Fixed(" ", 0)
		b.line(b.cmd)
	}
	b.entrypoint, b.cmd = splice.Text{}, splice.Text{}
}

func (b *build) line(t splice.Text) {
	b.script.Append(t)
	b.script.Fixed("\n", t.Map.Outer(len(t.S)))
}

// torchImage matches the images of PyTorch, whose tags begin with its version.
var torchImage = regexp.MustCompile(`^(?:docker\.io/)?pytorch/pytorch:([0-9]+(?:\.[0-9]+)+)(?:-|$)`)

// from states a base that is a model; other bases are images.
func (b *build) from(t splice.Text) {
	for _, w := range fields(t) {
		if strings.HasPrefix(w.S, "--") {
			continue
		}
		if m, ok := modelid.URI(w.S); ok && m.Source == "hf" {
			b.state(m, "FROM", nil, w)
		} else if m := torchImage.FindStringSubmatch(w.S); m != nil {
			b.file.Out.Bind(gate.Binding{Name: "version:torch", Value: "==" + m[1], At: b.file.Src.At(w.Span(0, len(w.S)))})
		}
		return
	}
}

// variables adds "export NAME=value" for ENV and ARG; the old form is "ENV NAME value".
func (b *build) variables(in instruction) {
	words := fields(in.text)
	if len(words) > 1 && in.name == "ENV" && !strings.Contains(words[0].S, "=") {
		at := strings.Index(in.text.S, words[0].S) + len(words[0].S)
		rest := in.text.Slice(at, len(in.text.S))
		b.variable(words[0].S, trim(rest))
		return
	}
	for _, w := range words {
		if name, val, ok := strings.Cut(w.S, "="); ok {
			b.variable(name, w.Slice(len(w.S)-len(val), len(w.S)))
		}
	}
}

func (b *build) variable(name string, val splice.Text) {
	if name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return
	}
	at := val.Map.Outer(0)
	b.script.Fixed("export "+name+"=", at)
	if val.S != "" && (val.S[0] == '"' || val.S[0] == '\'') {
		b.line(val)
		return
	}
	b.script.Fixed(`"`, at)
	from := 0
	for i := range len(val.S) {
		if strings.IndexByte("\"`(", val.S[i]) >= 0 {
			b.script.Append(val.Slice(from, i))
			b.script.Fixed(`\`, val.Map.Outer(i))
			from = i
		}
	}
	b.script.Append(val.Slice(from, len(val.S)))
	b.script.Fixed("\"\n", at)
}

// add states weights that ADD downloads; COPY and ADD of a file of the repository are not
// references, since the file itself is inspected. A heredoc is handed on to the script.
func (b *build) add(in instruction) {
	if strings.HasPrefix(strings.TrimLeft(in.text.S, " "), "<<") {
		b.heredoc(in.text)
		return
	}
	args := map[string]string{}
	text := in.text
	if list, ok := array(flagless(text)); ok {
		text = joined(list)
	}
	for _, w := range fields(in.text) {
		if digest, ok := strings.CutPrefix(w.S, "--checksum=sha256:"); ok {
			args["sha256"] = digest
		}
	}
	for _, w := range fields(text) {
		w = unquoted(w)
		if !strings.Contains(w.S, "://") && !strings.HasPrefix(w.S, "git@") {
			continue
		}
		if m, ok := modelid.URI(w.S); ok && (m.File != "" || m.Source == "hf") {
			b.state(m, in.name, args, w)
		}
	}
}

// heredoc writes "COPY <<EOF path" as a script would.
func (b *build) heredoc(t splice.Text) {
	head, _, _ := strings.Cut(t.S, "\n")
	words := fields(t.Slice(0, len(head)))
	if len(words) < 2 {
		return
	}
	b.script.Fixed("cat > ", t.Map.Outer(0))
	b.script.Append(words[len(words)-1])
	b.script.Fixed(" ", t.Map.Outer(0))
	b.script.Append(words[0])
	b.line(t.Slice(len(head), len(t.S)))
}

func (b *build) state(m gate.ModelID, loader string, args map[string]string, at splice.Text) {
	b.file.State(gate.Reference{Model: m, Loader: loader, Args: args, At: b.file.Src.At(at.Span(0, len(at.S))), Resolution: gate.Literal})
}
