package scan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/modelgate/gate"
)

// loads tells for each file of a model, by its path in locations, whether one of the
// references loads it: yes, no, or unknown. A reference that names files loads those; the
// libraries that prefer safetensors leave pickled weights alone where both are there.
func loads(refs []gate.Reference, files []gate.RemoteFile) map[string]string {
	out := map[string]string{}
	for _, f := range files {
		answer := "no"
		for _, r := range refs {
			answer = surer(answer, loadedBy(r, f.Path, files))
		}
		out[Remote(refs[0].Model, f.Path)] = answer
	}
	return out
}

// surer is the answer that matters more of two.
func surer(a, b string) string {
	order := []string{"no", "unknown", "yes"}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// fileArguments name the files that a call loads: one, or patterns.
var fileArguments = []string{"filename", "file", "weight_name", "allow_patterns", "include"}

// oneFile is the file that a reference names in full, as a path below the model; empty where
// it names none, or several by patterns.
func oneFile(r gate.Reference) string {
	name := cmp.Or(r.Model.File, r.Args["filename"], r.Args["file"], r.Args["weight_name"])
	folder := r.Args["subfolder"]
	if name == "" || strings.ContainsAny(name, "*?[") || folder == "?" || r.Model.Source != "hf" && r.Model.Source != "modelscope" {
		return ""
	}
	if folder != "" && r.Model.File == "" {
		return folder + "/" + name
	}
	return name
}

// mayName tells whether a reference names a file, or loads one file whose name is not known.
// At a URL there is one file.
func mayName(r gate.Reference, file string) bool {
	name := oneFile(r)
	return name == file || r.Model.Source == "url" || name == "" && strings.HasSuffix(r.Loader, "hf_hub_download")
}

// missing are the references to a file that its registry does not list: a name that is
// written in another way may still lead to one that it does.
func missing(refs []gate.Reference, files []gate.RemoteFile) (out []gate.Reference) {
	for _, r := range refs {
		if name := oneFile(r); name != "" && !lists(files, name) && !slices.ContainsFunc(files, func(f gate.RemoteFile) bool { return loadedBy(r, f.Path, files) == "yes" }) {
			out = append(out, r)
		}
	}
	return out
}

func lists(files []gate.RemoteFile, name string) bool {
	return slices.ContainsFunc(files, func(f gate.RemoteFile) bool { return f.Path == name })
}

func loadedBy(r gate.Reference, file string, files []gate.RemoteFile) string {
	if name := oneFile(r); name != "" {
		if lists(files, name) {
			return yes(name == file)
		}
		if path.Clean("/"+name) == "/"+file {
			return "unknown"
		}
	}
	if r.Model.File != "" {
		return yes(r.Model.File == file)
	}
	for _, name := range fileArguments {
		value, ok := r.Args[name]
		if !ok {
			continue
		}
		if value == "?" {
			return "unknown"
		}
		return yes(matchesAny(value, file))
	}
	if pickled(file) && r.Args["use_safetensors"] != "false" && prefersSafetensors(r.Loader) && twin(file, files) {
		return "no"
	}
	return "unknown"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// matchesAny compares a file with one name or a list of patterns as the hub's clients take
// them: a star also covers slashes.
func matchesAny(list, file string) bool {
	list = strings.NewReplacer("[", "", "]", "", "'", "", `"`, "").Replace(list)
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if ok, err := doublestar.Match(strings.ReplaceAll(p, "*", "**"), file); err != nil || ok || p == file {
			return true
		}
		if ok, _ := path.Match(p, path.Base(file)); ok && !strings.Contains(p, "/") {
			return true
		}
	}
	return false
}

// safeLoaders are the beginnings of calls and commands whose library takes safetensors
// where a model has them.
var safeLoaders = []string{
	"transformers.", "diffusers.", "sentence_transformers.", "peft.", "vllm", "sglang", "text-generation-inference", "text-embeddings-inference",
}

func prefersSafetensors(loader string) bool {
	return slices.ContainsFunc(safeLoaders, func(p string) bool { return strings.HasPrefix(loader, p) })
}

// pickled tells whether a file is named as weights that transformers unpickles.
func pickled(file string) bool {
	return slices.Contains([]string{".bin", ".pt", ".pth", ".ckpt", ".pkl"}, strings.ToLower(path.Ext(file)))
}

// twin tells whether safetensors stand in the folder of a file.
func twin(file string, files []gate.RemoteFile) bool {
	return slices.ContainsFunc(files, func(f gate.RemoteFile) bool {
		return path.Dir(f.Path) == path.Dir(file) && path.Ext(f.Path) == ".safetensors"
	})
}
