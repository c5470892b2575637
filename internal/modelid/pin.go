package modelid

import (
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// Immutable tells that what m names cannot change: a full commit, a digest that the
// loader checks, or a fixed version of a registry that has such. The arguments are those
// of the reference; a revision whose value is not known pins nothing.
func Immutable(m gate.ModelID, args map[string]string) bool {
	if digest(args["sha256"], 64) || digest(args["md5"], 32) {
		return true
	}
	rev := m.Revision
	if arg, ok := args["revision"]; ok && rev == "" {
		rev = arg
	}
	switch m.Source {
	case "hf", "modelscope", "torchhub", "git":
		return digest(rev, 40)
	case "oci", "ollama":
		hex, ok := strings.CutPrefix(rev, "sha256:")
		return ok && digest(hex, 64)
	case "kaggle":
		return number(rev)
	case "mlflow":
		return number(rev) && strings.HasPrefix(m.URL, "models:")
	case "wandb":
		version, ok := strings.CutPrefix(rev, "v")
		return ok && number(version)
	case "spacy":
		return rev != "" && number(rev[:1])
	}
	return false
}

// WeightsFile tells by its name that a file holds weights.
func WeightsFile(name string) bool {
	return weights[strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))]
}

var weights = set(`safetensors gguf ggml pt pth bin ckpt onnx h5 hdf5 keras pkl pickle joblib tflite pb
	mlmodel npz model mar nemo pte engine llamafile msgpack params t7 caffemodel skops dill`)

// digest tells that s is n lower or upper case hexadecimal digits.
func digest(s string, n int) bool {
	s = strings.TrimPrefix(s, "sha256:")
	return len(s) == n && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
