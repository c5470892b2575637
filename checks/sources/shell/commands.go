package shell

import (
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// reading reads the text of an argument as the id of a model.
type reading func(string) (gate.ModelID, bool)

// which arguments of a command name models.
type which int

const (
	none  which = iota // only options
	first              // the first that is no option
	every
)

// command is a command that loads models: the words that it begins with, the arguments
// and further options that name models, and how they are read.
type command struct {
	words   string
	args    which
	options string // besides those that modelid.RoleOf knows
	read    reading
}

// commands are tried in order; the longest match wins.
var commands = []command{
	{"hf download", first, "", modelid.Any},
	{"huggingface-cli download", first, "", modelid.Any},
	{"vllm serve", first, "", modelid.Loaded},
	{"vllm bench", none, "", modelid.Loaded},
	{"vllm", none, "", modelid.Loaded},
	{"text-generation-launcher", none, "", modelid.Loaded},
	{"text-embeddings-router", none, "", modelid.Loaded},
	{"trtllm-serve serve", first, "", modelid.Any},
	{"trtllm-serve", first, "", modelid.Any},
	{"lmdeploy serve api_server", first, "", modelid.Any},
	{"lmdeploy serve", first, "", modelid.Any},
	{"lmdeploy chat", first, "", modelid.Any},
	{"lmdeploy lite", none, "", modelid.Any},
	{"mlc_llm serve", first, "", mlc},
	{"mlc_llm chat", first, "", mlc},
	{"mlc_llm compile", first, "", mlc},
	{"transformers serve", none, "", modelid.Any},
	{"transformers chat", first, "", modelid.Any},
	{"ollama pull", first, "", modelid.Ollama},
	{"ollama run", first, "", modelid.Ollama},
	{"docker model pull", first, "", modelid.OCI},
	{"docker model run", first, "", modelid.OCI},
	{"ramalama pull", first, "", ramalama},
	{"ramalama run", first, "", ramalama},
	{"ramalama serve", first, "", ramalama},
	{"oras pull", first, "", artifact},
	{"kit pull", first, "", artifact},
	{"kit unpack", first, "", artifact},
	{"spacy download", first, "", spacy},
	{"kaggle models instances versions download", first, "", modelid.Kaggle},
	{"litgpt download", first, "--repo_id", modelid.Any},
	{"litgpt", none, "--checkpoint_dir", modelid.Any},
	{"tune download", first, "", modelid.Any},
	{"modelscope download", first, "--model", scope},
	{"ilab model download", none, "--repository -rp", modelid.Any},
	{"lms get", first, "", modelid.Any},
	{"git clone", first, "", repository},
	{"git lfs clone", first, "", repository},
	{"git submodule add", first, "", repository},
	{"curl", every, "", file},
	{"wget", every, "", file},
	{"aria2c", every, "", file},
	{"axel", every, "", file},
	{"pget", every, "", file},
	{"aws s3 cp", every, "", file},
	{"aws s3 sync", every, "", file},
	{"gsutil", every, "", file},
	{"gcloud storage", every, "", file},
	{"s5cmd", every, "", file},
	{"rclone", every, "", file},
	{"pip install", every, "", wheel},
	{"pip3 install", every, "", wheel},
	{"uv add", every, "", wheel},
	{"poetry add", every, "", wheel},
	{"conda install", none, "", wheel},
	{"mamba install", none, "", wheel},
	{"mlflow models", none, "-m --model-uri", modelid.Any},
	{"mlflow artifacts download", none, "-u --artifact-uri", modelid.Any},
	{"optimum-cli export", none, "-m", modelid.Any},
	{"optimum-cli", none, "-m", modelid.Any},
	{"onnxruntime_genai.models.builder", none, "-m", modelid.Any},
	{"llama-server", none, "-hf -hfr -hfv -hfd -mu -dr --docker-repo", llama},
	{"llama-cli", none, "-hf -hfr -hfv -hfd -mu -dr --docker-repo", llama},
	{"llama-run", first, "", ramalama},
	{"llama", none, "-hf -hfr -hfv -hfd -mu -dr --docker-repo", llama},
	{"mistralrs", none, "-m --model-id", modelid.Any},
	{"mistralrs-server", none, "-m --model-id", modelid.Any},
	{"whisper", none, "", alias("whisper")},
	{"whisperx", none, "", alias("faster-whisper")},
	{"whisper-ctranslate2", none, "", alias("faster-whisper")},
	{"axolotl", none, "", modelid.Any},
	{"sglang.launch_server", none, "", modelid.Loaded},
	{"vllm.entrypoints.openai.api_server", none, "", modelid.Loaded},
	{"vllm.entrypoints.api_server", none, "", modelid.Loaded},
}

// installers are the commands whose arguments are packages of Python.
var installers = map[string]bool{
	"pip install": true, "pip3 install": true, "uv add": true, "poetry add": true, "conda install": true, "mamba install": true,
}

// talkers print or search their arguments, or keep them as names.
var talkers = map[string]bool{
	"echo": true, "printf": true, "grep": true, "egrep": true, "rg": true, "sed": true, "awk": true, "test": true,
	"[": true, "logger": true, "die": true, "log": true, "info": true, "error": true, "warn": true, "usage": true,
	"read": true, "trap": true, "true": true, "false": true, "exit": true, "return": true, "cd": true, "mkdir": true,
	"rm": true, "cat": true, "ls": true, "jq": true, "yq": true, "say": true, "debug": true, "print": true, "diff": true,
	"assert": true, "hf-upload": true,
}

// servers are what the images of containers run before their arguments.
var servers = []struct{ image, command string }{
	{"vllm/vllm-openai", "vllm serve"},
	{"text-generation-inference", "text-generation-launcher"},
	{"text-embeddings-inference", "text-embeddings-router"},
	{"lmsysorg/sglang", "sglang.launch_server"},
	{"llama.cpp", "llama-server"},
	{"ollama/ollama", "ollama"},
	{"openmmlab/lmdeploy", "lmdeploy"},
}

func alias(table string) reading {
	return func(s string) (gate.ModelID, bool) {
		if m, ok := modelid.Alias(table, s); ok {
			return m, ok
		}
		return modelid.Any(s)
	}
}

func spacy(s string) (gate.ModelID, bool) {
	if m, ok := modelid.Alias("spacy", s); ok {
		return m, ok
	}
	return wheel(s)
}

func scope(s string) (gate.ModelID, bool) {
	m, ok := modelid.Any(s)
	if m.Source == "hf" {
		m.Source = "modelscope"
	}
	return m, ok
}

// repository is a repository of models on the Hub that git clones.
func repository(s string) (gate.ModelID, bool) {
	m, ok := modelid.URI(s)
	return m, ok && m.Source != "url" && m.File == ""
}

// file is a file of weights, or a file of a model on the Hub, that is downloaded.
func file(s string) (gate.ModelID, bool) {
	if !strings.Contains(s, "://") {
		return gate.ModelID{}, false
	}
	m, ok := modelid.URI(s)
	return m, ok && m.File != ""
}

// hubWeights is a file of weights on the Hub, which whatever takes its address loads.
func hubWeights(s string) (gate.ModelID, bool) {
	m, ok := file(s)
	return m, ok && m.Source != "url" && modelid.WeightsFile(m.File)
}

// wheel is a package that holds a model: of spaCy, or of the Hub.
func wheel(s string) (gate.ModelID, bool) {
	_, link, at := strings.Cut(s, "@")
	if at && strings.Contains(link, "://") {
		s = strings.TrimSpace(link)
	} else if name, version, pinned := strings.Cut(s, "=="); pinned {
		m, ok := modelid.Alias("spacy", strings.ReplaceAll(name, "-", "_"))
		m.Revision = version
		return m, ok
	}
	s, _, _ = strings.Cut(s, "#")
	if m, ok := modelid.Alias("spacy", path.Base(s)); ok {
		if strings.Contains(s, "://") {
			m.URL = s
		}
		return m, ok
	}
	if m, ok := modelid.URI(s); ok && m.Source == "hf" && strings.HasSuffix(m.File, ".whl") {
		return m, ok
	}
	return gate.ModelID{}, false
}

// artifact is a reference with a registry before it; other images hold no models.
func artifact(s string) (gate.ModelID, bool) {
	if !strings.Contains(s, "/") {
		return gate.ModelID{}, false
	}
	return modelid.OCI(s)
}

// llama reads "user/model[:quant]" of llama.cpp, whose suffix is no revision.
func llama(s string) (gate.ModelID, bool) {
	if !strings.Contains(s, "://") {
		s, _, _ = strings.Cut(s, ":")
	}
	return modelid.Any(s)
}

func mlc(s string) (gate.ModelID, bool) {
	if rest, ok := strings.CutPrefix(s, "HF://"); ok {
		return modelid.Any("hf://" + rest)
	}
	return modelid.Any(s)
}

func ramalama(s string) (gate.ModelID, bool) {
	if m, ok := modelid.URI(s); ok {
		return m, ok
	}
	if strings.Contains(s, "://") {
		return gate.ModelID{}, false
	}
	return modelid.Ollama(s)
}

// identify reads the value of a key by its role.
func identify(s string, role modelid.Role) (gate.ModelID, bool) {
	if role == modelid.ModelRole && strings.Contains(s, "://") {
		_, after, named := strings.Cut(s, "]=")
		if named && strings.HasPrefix(s, "[") {
			s = after // DJL: "[::PyTorch:*]=url"
		}
		return modelid.Loaded(s)
	}
	if modelid.Hosted(s) {
		return gate.ModelID{}, false
	}
	return modelid.Any(s)
}

// scheme tells that a text is a URI which can only name a model.
func scheme(s string) bool { return modelScheme.MatchString(s) }

var modelScheme = regexp.MustCompile(`^(hf|huggingface|ollama|modelscope|djl|kaggle|hf-hub)://`)
