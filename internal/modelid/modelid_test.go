package modelid

import (
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

func TestHub(t *testing.T) {
	for text, want := range map[string]string{
		"org/name":                     "org/name",
		"gpt2":                         "gpt2",
		"bert-base-uncased":            "bert-base-uncased",
		"a/b_":                         "a/b_",
		"Qwen/Qwen2.5-0.5B":            "Qwen/Qwen2.5-0.5B",
		"suno/bark":                    "suno/bark",
		"my-local-model":               "",
		"a/b/c":                        "",
		"a/-b":                         "",
		"a/b--c":                       "",
		"a/b..c":                       "",
		"a/b.git":                      "",
		"a/b c":                        "",
		"datasets/x":                   "",
		"tokenizer/vocab.json":         "",
		"vae/model.safetensors":        "",
		"application/json":             "",
		"a/" + strings.Repeat("x", 97): "",
		"":                             "",
		"/":                            "",
		"outputs/run":                  "",
		"$ORG/name":                    "",
	} {
		m, ok := Hub(text)
		if ok != (want != "") || ok && m.Key() != want {
			t.Errorf("Hub(%q) = %v %v, want %q", text, m, ok, want)
		}
	}
}

func TestURI(t *testing.T) {
	sha, hub := strings.Repeat("ab12", 10), "https://huggingface.co/"
	for _, c := range []struct{ text, source, id, file string }{
		{"hf://org/name", "hf", "org/name", ""},
		{"hf://org/name@" + sha, "hf", "org/name@" + sha, ""},
		{"hf://org/name:" + sha, "hf", "org/name@" + sha, ""},
		{"hf://models/org/name@v1/sub/x.safetensors", "hf", "org/name@v1", "sub/x.safetensors"},
		{"hf://org/name@refs/pr/3/x.bin", "hf", "org/name@refs/pr/3", "x.bin"},
		{"huggingface://org/name/x.gguf@dev", "hf", "org/name@dev", "x.gguf"},
		{"huggingface:text-generation:org/name", "hf", "org/name", ""},
		{"huggingface:huggingface.co/org/name:latest", "hf", "org/name@latest", ""},
		{"hf-hub:timm/vit_base", "hf", "timm/vit_base", ""},
		{"https://huggingface.co/org/name", "hf", "org/name", ""},
		{"https://huggingface.co/org/name/resolve/main/x.bin?download=true", "hf", "org/name@main", "x.bin"},
		{"https://hf-mirror.com/org/name/resolve/refs%2Fpr%2F7/x.bin", "hf", "org/name@refs/pr/7", "x.bin"},
		{"https://hf.co/gpt2/resolve/main/config.json", "hf", "gpt2@main", "config.json"},
		{"https://user:token@huggingface.co/org/name.git", "hf", "org/name", ""},
		{"git@hf.co:org/name", "hf", "org/name", ""},
		{"hf.co/org/name:Q4_K_M", "hf", "org/name", ""},
		{"https://huggingface.co/acme/../evil/x/resolve/main/m.bin", "hf", "evil/x@main", "m.bin"},
		{"https://huggingface.co/acme/%2E%2e//evil/./x/%72esolve/main/a%20b.bin", "hf", "evil/x@main", "a b.bin"},
		{hub + "datasets/a/b/resolve/main/m.bin", "url", hub + "datasets/a/b/resolve/main/m.bin", "m.bin"},
		{hub + "spaces/a/b/resolve/main/{m}.bin?download=1", "url", hub + "spaces/a/b/resolve/main/{m}.bin?download=1", "{m}.bin"},
		{hub + "a/b/media/main/m.bin", "url", hub + "a/b/media/main/m.bin", "m.bin"},
		{hub + "api/resolve-cache/models/a/b/" + sha + "/m.bin", "url", hub + "api/resolve-cache/models/a/b/" + sha + "/m.bin", "m.bin"},
		{"hf.co/datasets/a/b/resolve/main/m.bin", "url", "https://hf.co/datasets/a/b/resolve/main/m.bin", "m.bin"},
		{"https://modelscope.cn/datasets/a/b/resolve/master/m.bin", "url", "https://modelscope.cn/datasets/a/b/resolve/master/m.bin", "m.bin"},
		{"modelscope://org/name:v1", "modelscope", "org/name@v1", ""},
		{"ollama://qwen2:0.5b", "ollama", "qwen2@0.5b", ""},
		{"ollama://hf.co/org/name:Q8_0", "hf", "org/name", ""},
		{"oci://reg.io:5000/a/b:1", "oci", "reg.io:5000/a/b@1", ""},
		{"oci://reg.io/a/b@sha256:" + strings.Repeat("0", 64), "oci", "reg.io/a/b@sha256:" + strings.Repeat("0", 64), ""},
		{"models:/churn/3", "mlflow", "churn@3", ""},
		{"models:/churn@champion", "mlflow", "churn@champion", ""},
		{"runs:/abc/model", "mlflow", "abc/model", ""},
		{"kaggle://google/gemma/keras/2b/3", "kaggle", "google/gemma/keras/2b@3", ""},
		{"djl://ai.djl.huggingface.pytorch/BAAI/bge-m3", "hf", "BAAI/bge-m3", ""},
		{"djl://ai.djl.mxnet/ssd", "catalog", "ai.djl.mxnet/ssd", ""},
		{"pvc://claim?model=qwen:0.5b", "ollama", "qwen@0.5b", ""},
		{"s3://bucket/m.safetensors", "url", "s3://bucket/m.safetensors", "m.safetensors"},
		{"https://example.com/a/m.pt?x=1", "url", "https://example.com/a/m.pt?x=1", "m.pt"},
	} {
		m, ok := URI(c.text)
		if !ok || m.Source != c.source || m.String() != c.id || m.File != c.file {
			t.Errorf("URI(%q) = %+v %v, want %+v", c.text, m, ok, c)
		}
	}
	for _, text := range []string{
		"https://huggingface.co/docs/hub", "https://huggingface.co/datasets/a/b", "https://huggingface.co/spaces/a/b",
		"https://huggingface.co/models?search=x", "https://huggingface.co/a/b/discussions/1", "https://huggingface.co/a",
		"https://huggingface.co/a/b/blob/main/modeling.py", "https://huggingface.co/a/b/resolve/main/cat.png",
		"https://huggingface.co/datasets/a/b/resolve/main/x.csv", "https://hf.co/..", "https://huggingface.co/{repo}/resolve/main/x.bin", "https://hf.co", "hf://", "hf://datasets/a/b", "hf://<repo>/<model>",
		"s3://bucket/dir", "s3://?", "https://?", "https://example.com/page", "models:", "org/name", "C:\\x", "ollama:", "pvc://",
	} {
		if m, ok := URI(text); ok {
			t.Errorf("URI(%q) = %+v, want none", text, m)
		}
	}
	if m, ok := Loaded("s3://bucket/dir"); !ok || m.Key() != "s3://bucket/dir" {
		t.Errorf("Loaded of a bucket = %+v %v", m, ok)
	}
	for _, text := range []string{hub + "datasets/a/b/resolve/main/m", hub + "a/b/resolve/main/m.png"} {
		if m, ok := Loaded(text); !ok || m.Key() != text {
			t.Errorf("Loaded(%q) = %+v %v", text, m, ok)
		}
	}
	if m, ok := Loaded("https://huggingface.co/docs/x"); ok {
		t.Errorf("Loaded of a page = %+v", m)
	}
}

func TestIsLocal(t *testing.T) {
	for text, want := range map[string]bool{
		"./x": true, "/x": true, "~/x": true, "../x": true, "$M": true, "{x}": true, `a\b`: true, "a/b/c": true,
		"outputs/x": true, "x.gguf": true, "": true, "org/name": false, "gpt2": false, "hf://a/b": false, "models:/a/1": false,
		"tokenizer/tokenizer.json": true, "dir/": true,
	} {
		if got := IsLocal(text); got != want {
			t.Errorf("IsLocal(%q) = %v", text, got)
		}
	}
}

func TestAlias(t *testing.T) {
	for _, c := range []struct{ table, name, want string }{
		{"whisper", "turbo", "whisper/turbo"},
		{"whisper", "turbo2", ""},
		{"faster-whisper", "large-v3", "faster-whisper/large-v3"},
		{"spacy", "en_core_web_lg", "en_core_web_lg"},
		{"spacy", "en_core_web_lg-3.4.0-py3-none-any.whl", "en_core_web_lg"},
		{"spacy", "pos_ner", ""},
		{"sentence-transformers", "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"},
		{"sentence-transformers", "output", ""},
		{"kerashub", "bert_base_en", "kerashub/bert_base_en"},
		{"timm", "vit_base_patch16_224.augreg_in21k", "timm/vit_base_patch16_224.augreg_in21k"},
		{"none", "x", ""},
	} {
		m, ok := Alias(c.table, c.name)
		if ok != (c.want != "") || ok && m.Key() != c.want {
			t.Errorf("Alias(%q, %q) = %+v %v", c.table, c.name, m, ok)
		}
	}
}

func TestImmutable(t *testing.T) {
	sha, digest := strings.Repeat("a", 40), strings.Repeat("b", 64)
	for _, c := range []struct {
		m    gate.ModelID
		args map[string]string
		want bool
	}{
		{gate.ModelID{Source: "hf", Revision: sha}, nil, true},
		{gate.ModelID{Source: "hf"}, map[string]string{"revision": sha}, true},
		{gate.ModelID{Source: "hf", Revision: "main"}, map[string]string{"revision": sha}, false},
		{gate.ModelID{Source: "hf", Revision: sha[:7]}, nil, false},
		{gate.ModelID{Source: "hf"}, map[string]string{"revision": "?"}, false},
		{gate.ModelID{Source: "hf", Revision: "refs/pr/1"}, nil, false},
		{gate.ModelID{Source: "url"}, map[string]string{"sha256": digest}, true},
		{gate.ModelID{Source: "url"}, nil, false},
		{gate.ModelID{Source: "oci", Revision: "sha256:" + digest}, nil, true},
		{gate.ModelID{Source: "oci", Revision: "1.0"}, nil, false},
		{gate.ModelID{Source: "kaggle", Revision: "2"}, nil, true},
		{gate.ModelID{Source: "mlflow", Revision: "3", URL: "models:/m/3"}, nil, true},
		{gate.ModelID{Source: "mlflow", Revision: "Production", URL: "models:/m/Production"}, nil, false},
		{gate.ModelID{Source: "wandb", Revision: "v3"}, nil, true},
		{gate.ModelID{Source: "wandb", Revision: "latest"}, nil, false},
		{gate.ModelID{Source: "spacy", Revision: "3.4.0"}, nil, true},
		{gate.ModelID{Source: "catalog", Name: "large"}, nil, false},
	} {
		if got := Immutable(c.m, c.args); got != c.want {
			t.Errorf("Immutable(%+v, %v) = %v", c.m, c.args, got)
		}
	}
}

func TestRoleOf(t *testing.T) {
	for key, want := range map[string]Role{
		"--model-id": ModelRole, "modelURL": ModelRole, "HF_MODEL_ID": ModelRole, "storageUri": ModelRole, "RERANKER_MODEL_ID": ModelRole,
		"model": MaybeModelRole, "WHISPER_MODEL": MaybeModelRole, "tokenizer": TokenizerRole, "modelRevision": RevisionRole,
		"--trust-remote-code": TrustRole, "hub_model_id": NoRole, "served_model_name": NoRole, "OPENAI_MODEL": NoRole, "name": NoRole,
		"OLLAMA_MODELS": NoRole, "dataset_id_or_path": NoRole, "vae_name_or_path": ModelRole,
		"train_data_name_or_path": NoRole, "tokenizer_2_name_or_path": ModelRole, "sha256": DigestRole,
	} {
		if got := RoleOf(key); got != want {
			t.Errorf("RoleOf(%q) = %v, want %v", key, got, want)
		}
	}
	for id, want := range map[string]bool{"openai/gpt-4o": true, "openai/gpt-oss-20b": false, "openai/whisper-tiny": false, "anthropic/claude-3": true} {
		if got := Hosted(id); got != want {
			t.Errorf("Hosted(%q) = %v", id, got)
		}
	}
}

func TestContextOf(t *testing.T) {
	for path, want := range map[string]gate.Context{
		"src/a.py": gate.InCode, "a/config.yaml": gate.InConfig, ".github/workflows/x.yml": gate.InCI, "tests/a.py": gate.InTest,
		"pkg/a_test.go": gate.InTest, "README.md": gate.InDoc, "docs/a/b.yaml": gate.InDoc, "Dockerfile": gate.InConfig,
		"run.sh": gate.InCode, ".gitlab-ci.yml": gate.InCI,
	} {
		if got := ContextOf(path); got != want {
			t.Errorf("ContextOf(%q) = %q", path, got)
		}
	}
}

func FuzzAny(f *testing.F) {
	for _, s := range []string{"hf://a/b@c/d", "https://hf.co/a/b/resolve/main/x", "models:/a/1", "gpt2", "pvc://a?model=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		IsLocal(s)
		if m, ok := Loaded(s); ok && m.Key() == "" {
			t.Errorf("%q gives an id without a key: %+v", s, m)
		}
	})
}
