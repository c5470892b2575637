// Package modelfolder has the files of a model by the folders that they lie in, and reads
// what is compared of them: JSON documents, and the tensors that safetensors declare
// (https://huggingface.co/docs/safetensors). What is broken or too large is stated by the
// inspectors, and is nothing here.
package modelfolder

import (
	"bytes"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
)

// Contradiction is the data of the kinds <check>.contradiction: what one file of a model
// says, and another says otherwise.
type Contradiction struct {
	Field string `json:"field"` // of what both speak, such as vocab_size
	Says  string `json:"says"`  // what the file at the place says
	File  string `json:"file"`  // the other file
	Other string `json:"other"` // what that says; empty: there is no such file
}

// Folder is a folder of a model.
type Folder struct {
	Path  string
	files map[string]*gate.Blob

	// What may still be read of the headers of weights.
	tensors int
	header  int64
}

// Split are the folders of blobs, in the order of their paths.
func Split(blobs []*gate.Blob) []*Folder {
	folders := map[string]*Folder{}
	for _, b := range blobs {
		dir := path.Dir(b.Path)
		if folders[dir] == nil {
			folders[dir] = &Folder{Path: dir, files: map[string]*gate.Blob{}, tensors: maxTensors, header: maxHeaders}
		}
		folders[dir].files[path.Base(b.Path)] = b
	}
	var out []*Folder
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		out = append(out, folders[dir])
	}
	return out
}

// Names are the names of the files, sorted.
func (f *Folder) Names() []string { return slices.Sorted(maps.Keys(f.files)) }

// File is the file of a name as another file writes it, or nil.
func (f *Folder) File(name string) *gate.Blob { return f.files[strings.ReplaceAll(name, "!", "%21")] }

// MaxDocument is the longest document that is read. The inspector of configurations has the
// same limit, and states what is longer.
const MaxDocument = 32 << 20

// Document is a file of JSON.
type Document struct {
	Name string
	Root *jsontree.Value
	src  *gate.Source
}

// JSON reads a document, or returns nil where there is none that can be read.
func (f *Folder) JSON(name string) *Document {
	b := f.File(name)
	if b == nil || b.Size > MaxDocument || Pointer(b) {
		return nil
	}
	raw, err := io.ReadAll(b.Section())
	if err != nil || int64(len(raw)) < b.Size {
		return nil
	}
	text := jsontree.Decode(raw)
	root, err := jsontree.Parse(text)
	if err != nil || root.Kind != jsontree.Object {
		return nil
	}
	return &Document{Name: name, Root: root, src: gate.NewSource(b.Path, text)}
}

// Get is a value of the document, or nil. It may be called on nil.
func (d *Document) Get(name string) *jsontree.Value {
	if d == nil {
		return nil
	}
	return d.Root.Get(name)
}

// At is the place of a value.
func (d *Document) At(v *jsontree.Value) gate.Location { return d.src.At(v.Start, v.End) }

// Pointer tells whether a file is only the text that Git LFS leaves in its place.
func Pointer(b *gate.Blob) bool {
	return b.Size < 1024 && bytes.HasPrefix(b.Head(), []byte("version https://git-lfs.github.com/spec/"))
}
