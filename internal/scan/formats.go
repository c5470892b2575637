package scan

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

// Mismatch is the data of file.type-mismatch: content that is not what the name says.
type Mismatch struct {
	Name    string `json:"name"`    // the extension
	Content string `json:"content"` // the format that the content has
}

// roles has the part that a format plays in a model; all others play none.
var roles = map[string]string{
	"pickle": "weights", "joblib": "weights", "torchzip": "weights", "torchtar": "weights", "torchlegacy": "weights",
	"npy": "weights", "npz": "weights", "safetensors": "weights", "gguf": "weights", "ggml": "weights",
	"keras": "weights", "hdf5": "weights", "onnx": "weights", "tflite": "weights", "savedmodel": "weights",
	"skops": "weights", "pmml": "weights", "openvino": "weights", "rds": "weights", "coreml": "weights",
	"mxnet": "weights", "xgboost": "weights", "flax": "weights", "torch7": "weights", "executorch": "weights", "lightgbm": "weights", "catboost": "weights", "paddle": "weights",
	"modelconfig": "config", "chattemplate": "config", "json": "config", "hydra": "config", "mlflow": "config",
	"pysource": "code", "executable": "code", "pth": "code",
	"zip": "archive", "tar": "archive", "compressed": "archive", "sevenzip": "archive",
}

func roleOf(format string) string {
	if r, ok := roles[format]; ok {
		return r
	}
	return "other"
}

// rank orders formats by how specific they are: what a blob is called when several
// inspectors know it.
func rank(format string) int {
	switch roleOf(format) {
	case "weights":
		return 0
	case "code":
		return 1
	case "config":
		return 2
	case "archive":
		return 3
	default:
		return 4
	}
}

// weights has the formats that the content of a file may have by an extension that names
// it a model.
var weights = map[string][]string{
	".safetensors": {"safetensors"},
	".gguf":        {"gguf", "ggml"}, ".ggml": {"ggml", "gguf"},
	".onnx": {"onnx"}, ".tflite": {"tflite"}, ".pb": {"savedmodel", "onnx", "unknown"}, ".skops": {"skops", "zip"},
	".keras": {"keras", "zip", "hdf5"}, ".h5": {"hdf5"}, ".hdf5": {"hdf5"},
	".npy": {"npy"}, ".npz": {"npz", "zip"},
	".pt": torchContents, ".ckpt": torchContents, ".pt2": torchContents, ".ptl": torchContents, ".distcp": torchContents, ".pte": {"executorch"},
	".pth": append(slices.Clone(torchContents), "pth", "text"),
	".bin": append(slices.Clone(torchContents), "gguf", "ggml", "safetensors", "onnx", "text", "unknown"),
	".pkl": pickleContents, ".pickle": pickleContents, ".joblib": pickleContents, ".dill": pickleContents,
}

// plain has the same for other files that come with models.
var plain = map[string][]string{
	".json": {"text", "empty", "json", "modelconfig", "chattemplate", "keras", "hydra", "mxnet", "xgboost", "skops", "unknown"},
	".txt":  {"text", "lightgbm", "json", "chattemplate", "hydra", "empty"}, ".md": {"text", "chattemplate", "html", "empty"},
	".png": {"image", "unknown"}, ".jpg": {"image", "unknown"}, ".jpeg": {"image", "unknown"}, ".gif": {"image", "unknown"},
	".gz": {"compressed"}, ".tgz": {"compressed"}, ".bz2": {"compressed"}, ".xz": {"compressed"}, ".zst": {"compressed"},
	".zip": {"zip", "npz", "keras", "torchzip", "skops"}, ".7z": {"sevenzip"}, ".tar": {"tar", "torchtar"},
}

var (
	torchContents  = []string{"torchzip", "torchtar", "torchlegacy", "pickle", "zip", "tar"}
	pickleContents = []string{"pickle", "joblib", "torchzip", "torchlegacy", "compressed", "npy", "zip"}
)

// mismatch tells whether the content of a blob belies its name. A file that is named as
// a model and is none of its formats is one too.
func mismatch(f *gate.File, claims []claim, b *gate.Blob) (ext, content string, ok bool) {
	ext = strings.ToLower(path.Ext(entryName(b.Path)))
	if f.Format == lfsPointer {
		return ext, f.Format, false // it does not claim to be the model
	}
	want, known := weights[ext]
	if !known {
		want, known = plain[ext]
	}
	if !known || slices.Contains(want, f.Format) {
		return ext, f.Format, false
	}
	if slices.ContainsFunc(understood(claims), func(c claim) bool { return slices.Contains(want, c.format) }) {
		return ext, f.Format, false
	}
	return ext, f.Format, true
}

// entryName is the innermost name of a path.
func entryName(p string) string { return p[strings.LastIndexByte(p, '!')+1:] }

// modelName tells whether a file is named as weights.
func modelName(p string) bool {
	_, ok := weights[strings.ToLower(path.Ext(p))]
	return ok
}

// configs are the files by which a folder is a model and not a place where one lies.
var configs = []string{
	"config.json", "model_index.json", "adapter_config.json", "tokenizer_config.json", "generation_config.json",
	"MLmodel", "model_config.yaml", "modules.json", "saved_model.pb",
}

// modelCode tells whether a file is named as code that a hub library loads with a model.
func modelCode(name string) bool {
	stem, ok := strings.CutSuffix(name, ".py")
	kind, _, _ := strings.Cut(stem, "_")
	return ok && (stem == "handler" || slices.Contains([]string{"modeling", "configuration", "tokenization", "processing"}, kind))
}

// modelFolders are the folders that hold weights with their configuration or code: what
// lies beside them is shipped with a model. A repository's own code beside a lone weights file
// is not.
func modelFolders(files []entry) map[string]bool {
	weighty, configured := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		if modelName(f.path) {
			weighty[path.Dir(f.path)] = true
		}
		if name := path.Base(f.path); slices.Contains(configs, name) || modelCode(name) {
			configured[path.Dir(f.path)] = true
		}
	}
	maps.DeleteFunc(weighty, func(dir string, _ bool) bool { return !configured[dir] })
	return weighty
}

// lfsPointer is the format of the text that stands in a checkout for a large file:
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
const lfsPointer = "lfs"

// plainFormat names a blob that no inspector wanted.
func plainFormat(head []byte, size int64) string {
	switch {
	case size == 0:
		return "empty"
	case bytes.HasPrefix(head, []byte("version https://git-lfs.github.com/spec/")):
		return lfsPointer
	case isHTML(head):
		return "html"
	case isText(head):
		return "text"
	case isImage(head):
		return "image"
	default:
		return "unknown"
	}
}

// isHTML tells whether a head is a page, such as the error page of a server that was saved
// as a model.
func isHTML(head []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(head[:min(len(head), 64)]))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

func isImage(head []byte) bool {
	for _, magic := range []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF87a", "GIF89a"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// isText tells whether a head is UTF-8 text.
func isText(head []byte) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 {
			return len(head) < utf8.UTFMax // cut in the middle of a rune
		}
		head = head[n:]
	}
	return true
}
