// Package mlflow reads the MLmodel file of MLflow models
// (https://mlflow.org/docs/latest/ml/model/#mlmodel-file): which flavours import code of
// the model or read its files with pickle.
package mlflow

import (
	"context"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/yamltree"
)

// Flavour is the data of mlflow.flavour: a flavour that runs code from the files of the
// model, and the entry that says so.
type Flavour struct {
	Name  string `json:"name"`
	Field string `json:"field"` // loader_module, code, python_model, serialization_format, ...
	Value string `json:"value"`
}

// Inspector reads MLmodel files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "mlflow",
		Doc:  "MLflow models: flavours that import code of the model or read pickles.",
		Emits: map[gate.Kind]any{
			"mlflow.flavour":    Flavour{},
			"mlflow.malformed":  gate.Malformed{},
			gate.KindExternal:   gate.External{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: MLflow knows its file by the name.
func (Inspector) Wants(b *gate.Blob) bool {
	return b.Path[strings.LastIndexAny(b.Path, "/!")+1:] == "MLmodel"
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	file := outcome.File{Out: out, Format: "mlflow", Malformed: "mlflow.malformed", Name: "the file"}
	text, ok := file.Read(b, yamltree.MaxSize)
	if !ok {
		return
	}
	docs, err := yamltree.Parse(ctx, text)
	m := &model{out: out, src: gate.NewSource("", text)}
	for _, doc := range docs {
		if flavours := doc.Get("flavors"); flavours != nil {
			for _, f := range flavours.Members {
				m.flavour(f)
			}
		}
	}
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jsontree.ErrTooLarge, Budget: "depth", Max: jsontree.MaxDepth}) {
		out.Format("mlflow", gate.Unproven, "")
	}
}

type model struct {
	out gate.Recorder
	src *gate.Source
}

// flavour judges the entries of one flavour.
func (m *model) flavour(f jsontree.Member) {
	for _, entry := range f.Value.Members {
		value := entry.Value
		if runs(entry.Name, value.String()) {
			m.out.Emit("mlflow.flavour", m.src.At(value.Start, value.End), Flavour{f.Name, entry.Name, value.String()})
		}
		if paths[entry.Name] && value.String() != "" {
			m.out.Emit(gate.KindExternal, m.src.At(value.Start, value.End), gate.External{Location: value.String(), Field: entry.Name})
		}
	}
}

// paths are entries that name a file or folder of the model.
var paths = map[string]bool{"code": true, "data": true, "model_path": true, "python_model": true, "pickled_model": true}

// runs tells whether an entry makes the loader run code from the files of the model.
func runs(field, value string) bool {
	switch field {
	case "loader_module":
		return value != "" && !strings.HasPrefix(value, "mlflow.")
	case "code", "model_code_path", "python_model", "pickle_module_info":
		return value != ""
	case "pickled_model":
		return true
	case "serialization_format", "save_format":
		return value == "pickle" || value == "cloudpickle"
	}
	return false
}
