// Package checks holds what a check is, and the lists of all of them: the whole
// extension model on one screen. A check is a pure function of the bytes it is given;
// adding one is a folder below and a line here.
package checks

import (
	"context"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/consistency/adapter"
	contradiction "github.com/modelgate/gate/checks/consistency/config"
	"github.com/modelgate/gate/checks/consistency/quantization"
	"github.com/modelgate/gate/checks/consistency/shards"
	"github.com/modelgate/gate/checks/consistency/tokenizer"
	"github.com/modelgate/gate/checks/formats/catboost"
	"github.com/modelgate/gate/checks/formats/chattemplate"
	"github.com/modelgate/gate/checks/formats/compressed"
	"github.com/modelgate/gate/checks/formats/coreml"
	"github.com/modelgate/gate/checks/formats/executable"
	"github.com/modelgate/gate/checks/formats/executorch"
	"github.com/modelgate/gate/checks/formats/flax"
	"github.com/modelgate/gate/checks/formats/gguf"
	"github.com/modelgate/gate/checks/formats/hdf5"
	"github.com/modelgate/gate/checks/formats/hydra"
	"github.com/modelgate/gate/checks/formats/joblib"
	"github.com/modelgate/gate/checks/formats/keras"
	"github.com/modelgate/gate/checks/formats/lightgbm"
	"github.com/modelgate/gate/checks/formats/mlflow"
	"github.com/modelgate/gate/checks/formats/modelconfig"
	"github.com/modelgate/gate/checks/formats/mxnet"
	"github.com/modelgate/gate/checks/formats/npy"
	"github.com/modelgate/gate/checks/formats/onnx"
	"github.com/modelgate/gate/checks/formats/packages"
	"github.com/modelgate/gate/checks/formats/paddle"
	"github.com/modelgate/gate/checks/formats/pickle"
	"github.com/modelgate/gate/checks/formats/pysource"
	"github.com/modelgate/gate/checks/formats/rds"
	"github.com/modelgate/gate/checks/formats/safetensors"
	"github.com/modelgate/gate/checks/formats/savedmodel"
	"github.com/modelgate/gate/checks/formats/secrets"
	"github.com/modelgate/gate/checks/formats/sevenzip"
	"github.com/modelgate/gate/checks/formats/skops"
	"github.com/modelgate/gate/checks/formats/tar"
	"github.com/modelgate/gate/checks/formats/tflite"
	"github.com/modelgate/gate/checks/formats/torch7"
	"github.com/modelgate/gate/checks/formats/torchtar"
	"github.com/modelgate/gate/checks/formats/torchzip"
	"github.com/modelgate/gate/checks/formats/xgboost"
	"github.com/modelgate/gate/checks/formats/xml"
	"github.com/modelgate/gate/checks/formats/zip"
	"github.com/modelgate/gate/checks/integrity/checksum"
	"github.com/modelgate/gate/checks/integrity/lock"
	"github.com/modelgate/gate/checks/origins/license"
	"github.com/modelgate/gate/checks/origins/lookalike"
	"github.com/modelgate/gate/checks/origins/pinning"
	"github.com/modelgate/gate/checks/origins/publisher"
	"github.com/modelgate/gate/checks/origins/reuse"
	"github.com/modelgate/gate/checks/sources/config"
	"github.com/modelgate/gate/checks/sources/dockerfile"
	"github.com/modelgate/gate/checks/sources/enforcement"
	"github.com/modelgate/gate/checks/sources/golang"
	"github.com/modelgate/gate/checks/sources/java"
	"github.com/modelgate/gate/checks/sources/javascript"
	"github.com/modelgate/gate/checks/sources/makefile"
	"github.com/modelgate/gate/checks/sources/markdown"
	"github.com/modelgate/gate/checks/sources/modelcard"
	"github.com/modelgate/gate/checks/sources/modelfile"
	"github.com/modelgate/gate/checks/sources/notebook"
	"github.com/modelgate/gate/checks/sources/python"
	"github.com/modelgate/gate/checks/sources/requirements"
	"github.com/modelgate/gate/checks/sources/rust"
	"github.com/modelgate/gate/checks/sources/shell"
	"github.com/modelgate/gate/checks/sources/suppression"
	"github.com/modelgate/gate/checks/sources/unparsed"
	"github.com/modelgate/gate/checks/sources/vcs"
)

// Finder finds references to models, and loads, in text.
type Finder interface {
	Spec() gate.Spec
	// Wants tells by a file's path and first bytes whether Find is worth calling.
	Wants(path string, head []byte) bool
	Find(ctx context.Context, src *gate.Source, out gate.Recorder)
}

// Inspector reads an artifact of one format.
type Inspector interface {
	Spec() gate.Spec
	// Wants tells by a blob's path, head and tail whether Inspect is worth calling.
	Wants(b *gate.Blob) bool
	Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder)
}

// Auditor judges nothing either: it states what the files of one model, or a model and
// its registry, say of each other.
type Auditor interface {
	Spec() gate.Spec
	Audit(ctx context.Context, s *gate.Subject, out gate.Recorder)
}

// Finders are the finders, one a language or kind of file.
func Finders() []Finder {
	return []Finder{
		python.Finder{},
		notebook.Finder{},
		shell.Finder{},
		dockerfile.Finder{},
		config.Finder{},
		enforcement.Finder{},
		golang.Finder{},
		java.Finder{},
		javascript.Finder{},
		makefile.Finder{},
		markdown.Finder{},
		modelcard.Finder{},
		modelfile.Finder{},
		requirements.Finder{},
		rust.Finder{},
		suppression.Finder{},
		unparsed.Finder{},
		vcs.Finder{},
	}
}

// Inspectors are the inspectors, one a format.
func Inspectors() []Inspector {
	return []Inspector{
		pickle.Inspector{},
		joblib.Inspector{},
		torchzip.Inspector{},
		torchtar.Inspector{},
		npy.Inspector{},
		safetensors.Inspector{},
		gguf.Inspector{},
		keras.Inspector{},
		hdf5.Inspector{},
		onnx.Inspector{},
		savedmodel.Inspector{},
		tflite.Inspector{},
		zip.Inspector{},
		tar.Inspector{},
		compressed.Inspector{},
		sevenzip.Inspector{},
		modelconfig.Inspector{},
		chattemplate.Inspector{},
		pysource.Inspector{},
		executable.Inspector{},
		executorch.Inspector{},
		catboost.Inspector{},
		coreml.Inspector{},
		flax.Inspector{},
		hydra.Inspector{},
		lightgbm.Inspector{},
		mlflow.Inspector{},
		mxnet.Inspector{},
		packages.Inspector{},
		paddle.Inspector{},
		rds.Inspector{},
		secrets.Inspector{},
		skops.Inspector{},
		torch7.Inspector{},
		xgboost.Inspector{},
		xml.Inspector{},
	}
}

// Auditors are the auditors, one a question about a model.
func Auditors() []Auditor {
	return []Auditor{
		publisher.Auditor{},
		lookalike.Auditor{},
		reuse.Auditor{},
		pinning.Auditor{},
		license.Auditor{},
		lock.Auditor{},
		checksum.Auditor{},
		shards.Auditor{},
		contradiction.Auditor{},
		tokenizer.Auditor{},
		adapter.Auditor{},
		quantization.Auditor{},
	}
}
