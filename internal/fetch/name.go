package fetch

import (
	"path"
	"regexp"
	"strings"
)

// Format is the format of weights that the name of a file promises; empty for all other
// files. The content decides later.
func Format(name string) string {
	base := strings.ToLower(path.Base(name))
	if strings.HasPrefix(base, "openvino") && strings.HasSuffix(base, ".bin") {
		return "openvino"
	}
	return formats[path.Ext(base)]
}

var formats = map[string]string{
	".safetensors": "safetensors", ".gguf": "gguf", ".ggml": "ggml", ".onnx": "onnx", ".tflite": "tflite", ".skops": "skops", ".pmml": "pmml",
	".bin": "torchzip", ".pt": "torchzip", ".pth": "torchzip", ".ckpt": "torchzip", ".pt2": "torchzip", ".ptl": "torchzip", ".distcp": "torchzip",
	".nemo": "tar", ".pte": "executorch", ".pkl": "pickle", ".pickle": "pickle", ".dill": "pickle", ".joblib": "joblib",
	".keras": "keras", ".h5": "hdf5", ".hdf5": "hdf5", ".pb": "savedmodel", ".npy": "npy", ".npz": "npz", ".msgpack": "flax",
	".rds": "rds", ".rdata": "rds", ".mlmodel": "coreml", ".params": "mxnet", ".pdparams": "paddle", ".pdmodel": "paddle",
	".t7": "torch7", ".cbm": "catboost", ".ubj": "xgboost",
}

// Match tells whether a pattern is that of a file, by the rules of the Hub's clients
// (https://docs.python.org/3/library/fnmatch.html): "*" takes slashes too, and a folder
// means all that is in it.
func Match(pattern, name string) bool {
	if strings.HasSuffix(pattern, "/") {
		pattern += "*"
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '[':
			if set, n := characters(pattern[i:]); n > 0 {
				b.WriteString(set)
				i += n - 1
				continue
			}
			b.WriteString(`\[`)
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	re, err := regexp.Compile(b.String() + `\z`)
	return err == nil && re.MatchString(name)
}

// characters reads a set such as "[!a-z]" and returns how long it is; zero for none.
func characters(s string) (set string, length int) {
	from := 1
	if strings.HasPrefix(s[from:], "!") {
		from++
	}
	end := strings.IndexByte(s[min(from+1, len(s)):], ']')
	if end < 0 {
		return "", 0
	}
	body := s[from : from+1+end]
	not := ""
	if from == 2 {
		not = "^"
	}
	return "[" + not + strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "^", `\^`).Replace(body) + "]", from + 1 + end + 1
}
