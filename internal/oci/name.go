package oci

import (
	"cmp"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The annotations that name a layer's file: ModelPack's, its draft's, and OCI's.
var nameAnnotations = []string{
	"org.cncf.model.filepath",
	"org.cnai.model.filepath",
	"org.opencontainers.image.title",
}

// unpackAnnotation marks a layer of ORAS that is a packed folder.
const unpackAnnotation = "io.deis.oras.content.unpack"

var (
	modelkit = regexp.MustCompile(`^application/vnd\.kitops\.modelkit\.([a-z]+)\.`)
	packed   = regexp.MustCompile(`^application/vnd\.(?:cncf|cnai)\.model\.([a-z.]+)\.v1\.`)
)

// names are the files that media types stand for where no annotation names them. They
// end as the format does, so that the file is read as what it is loaded as.
var names = map[string]string{
	"application/vnd.ollama.image.model":            "model.gguf",
	"application/vnd.ollama.image.adapter":          "adapter.gguf",
	"application/vnd.ollama.image.projector":        "projector.gguf",
	"application/vnd.ollama.image.draft":            "draft.gguf",
	"application/vnd.ollama.image.embed":            "embed.bin",
	"application/vnd.ollama.image.tensor":           "tensor.safetensors",
	"application/vnd.ollama.image.json":             "config.json",
	"application/vnd.ollama.image.tokenizer":        "tokenizer.json",
	"application/vnd.ollama.image.template":         "template.gotmpl",
	"application/vnd.ollama.image.prompt":           "template.gotmpl",
	"application/vnd.ollama.image.system":           "system.txt",
	"application/vnd.ollama.image.params":           "params.json",
	"application/vnd.ollama.image.messages":         "messages.json",
	"application/vnd.ollama.image.license":          "LICENSE",
	"application/vnd.docker.ai.gguf.v3":             "model.gguf",
	"application/vnd.docker.ai.gguf.v3.lora":        "adapter.gguf",
	"application/vnd.docker.ai.gguf.v3.mmproj":      "mmproj.gguf",
	"application/vnd.docker.ai.mmproj":              "mmproj.gguf",
	"application/vnd.docker.ai.safetensors":         "model.safetensors",
	"application/vnd.docker.ai.dduf":                "model.dduf",
	"application/vnd.docker.ai.license":             "LICENSE",
	"application/vnd.docker.ai.vllm.config.tar":     "config.tar",
	"application/vnd.docker.ai.dir.tar":             "folder.tar",
	"application/vnd.docker.ai.chat.template.jinja": "chat_template.jinja",
}

// paths are the files that a layer stands for: one, or several where annotations that
// different clients go by call it differently.
func (d descriptor) paths() []string {
	media, params, err := mime.ParseMediaType(d.MediaType)
	if err != nil {
		media = d.MediaType
	}
	var paths []string
	for _, key := range nameAnnotations {
		name := d.Annotations[key]
		same := func(p string) bool { return path.Base(p) == path.Base(name) }
		if name != "" && !slices.ContainsFunc(paths, same) {
			paths = append(paths, name)
		}
	}
	if len(paths) == 0 {
		paths = []string{cmp.Or(d.Name, params["name"])}
	}
	for i := range paths {
		paths[i] = d.path(media, strings.TrimPrefix(paths[i], "./"))
	}
	return paths
}

// path is the file that a layer is called, with the ending of what its media type says it
// is.
func (d descriptor) path(media, name string) string {
	ext := archive(media)
	switch {
	case name == "":
		return cmp.Or(names[media], kind(media)+ext)
	case ext != "" && (!imageLayer(media) || d.Annotations[unpackAnnotation] == "true"):
		// ORAS calls every file an image layer, packed or not; other media types mean
		// what they say.
		return withExt(strings.TrimSuffix(name, "/"), ext)
	case media == "application/vnd.ollama.image.tensor":
		return withExt(name, ".safetensors")
	}
	return name
}

func configName(media string) string {
	if modelkit.MatchString(media) {
		return "Kitfile.json"
	}
	return "oci-config.json"
}

// kind names a layer of an unnamed file.
func kind(media string) string {
	for _, re := range []*regexp.Regexp{modelkit, packed} {
		if m := re.FindStringSubmatch(media); m != nil {
			return strings.ReplaceAll(m[1], ".", "-")
		}
	}
	if strings.HasSuffix(media, "json") {
		return "layer.json"
	}
	return "layer"
}

// archive is the ending of the archive that a media type says a layer is.
func archive(media string) string {
	media = strings.ToLower(media)
	switch {
	case strings.HasSuffix(media, ".tar"):
		return ".tar"
	case strings.HasSuffix(media, ".tar+gzip"), strings.HasSuffix(media, ".tar.gzip"):
		return ".tar.gz"
	case strings.HasSuffix(media, ".tar+zstd"), strings.HasSuffix(media, ".tar.zstd"):
		return ".tar.zst"
	}
	return ""
}

func imageLayer(media string) bool {
	return strings.HasPrefix(media, "application/vnd.oci.image.layer.") || strings.HasPrefix(media, "application/vnd.docker.image.rootfs.")
}

func withExt(name, ext string) string {
	if strings.HasSuffix(name, ext) {
		return name
	}
	return name + ext
}
