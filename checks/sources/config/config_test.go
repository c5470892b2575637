package config

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// brief renders references as "line:column id [loader] key=value …".
func brief(refs []gate.Reference) string {
	var lines []string
	for _, r := range refs {
		id := r.Model.String()
		if r.Resolution == gate.Dynamic {
			id = "? " + r.Variable
		}
		var args []string
		for k, v := range r.Args {
			if k != "revision" {
				args = append(args, k+"="+v)
			}
		}
		sort.Strings(args)
		pin := ""
		if r.Immutable {
			pin = "pinned"
		}
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprintf("%d:%d %s [%s] %s %s", r.At.Line, r.At.Column, id, r.Loader, strings.Join(args, " "), pin)), " "))
	}
	return strings.Join(lines, "\n")
}

const sha = "0123456789abcdef0123456789abcdef01234567"

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, path, text, want string }{
		{"axolotl", "a.yaml", "base_model: org/name\nrevision_of_model: " + sha + "\ntrust_remote_code: true\ndatasets:\n  - path: org/data\nhub_model_id: org/mine\n",
			"1:13 org/name@" + sha + " [axolotl.base_model] trust_remote_code=true pinned"},
		{"empty trust", "a.yaml", "base_model: org/name\ntrust_remote_code:\nadapter: lora\nreward_model: true", "1:13 org/name [axolotl.base_model]"},
		{"quoted", "a.yaml", "model_name_or_path: \"org/name\" # org/other", "1:22 org/name [model_name_or_path]"},
		{"list", "a.yaml", "adapter_name_or_path: a/b,c/d", "1:23 a/b [adapter_name_or_path]\n1:27 c/d [adapter_name_or_path]"},
		{"truss", "config.yaml", "model_name: my/show\nresources: {}\nweights:\n  - source: hf://org/name@" + sha + "\nmodel_cache:\n  - repo_id: a/b\n    revision: main\n",
			"4:13 org/name@" + sha + " [truss.weights.source] pinned\n6:14 a/b@main [truss.model_cache.repo_id]"},
		{"kserve", "k.yaml", "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec:\n  predictor:\n    model:\n      storageUri: hf://org/name:" + sha + "\n",
			"6:19 org/name@" + sha + " [kserve.spec.predictor.model.storageUri] pinned"},
		{"bucket", "k.yaml", "storageUri: s3://b/m", "1:13 s3://b/m [storageUri]"},
		{"kubeai", "k.yaml", "apiVersion: kubeai.org/v1\nkind: Model\nspec:\n  url: hf://org/name\n  args:\n    - --revision=" + sha + "\n    - --trust-remote-code\n",
			"4:8 org/name@" + sha + " [kubeai.spec.url] trust_remote_code=true pinned"},
		{"production-stack", "values.yaml", "servingEngineSpec:\n  modelSpec:\n    - repository: vllm/vllm-openai\n      tag: latest\n      modelURL: org/name\n      modelRevision: r1\n",
			"5:17 org/name@r1 [servingEngineSpec.modelSpec.modelURL]"},
		{"compose models", "compose.yaml", "services:\n  a:\n    image: x\n    models: [m]\nmodels:\n  m:\n    model: ai/qwen3:4B\n", "7:12 ai/qwen3@4B [compose.models.m.model]"},
		{"gallery", "g.yaml", "- name: x\n  urls: [https://huggingface.co/org/name]\n  files:\n    - filename: x.gguf\n      uri: huggingface://org/name/x.gguf\n      sha256: " + strings.Repeat("a", 64) + "\n",
			"5:12 org/name [files.uri] sha256=" + strings.Repeat("a", 64) + " pinned"},
		{"helm", "values.tpl", "{{- if .x }}\nmodel_id: {{ .Values.model.name }}\n{{- end }}\nother_model: org/name\n", "2:11 ? key:model.name [model_id]\n4:14 org/name [other_model]"},
		{"variable", "a.yaml", "base_model: ${BASE_MODEL}\nadapter: lora\nlora_model_dir: ${L:-a/b}", "1:13 ? env:BASE_MODEL [axolotl.base_model]\n3:22 a/b [axolotl.lora_model_dir]"},
		{"interpolation", "a.yaml", "defaults:\n  id: org/name\nmodel_id: ${defaults.id}\n", "2:7 org/name [model_id]"},
		{"anchor", "a.yaml", "x: &m\n  model_id: org/name\ny: *m\n", "2:13 org/name [x.model_id]\n2:13 org/name [y.model_id]"},
		{"documents", "a.yaml", "model_id: a/b\n---\nmodel_id: c/d\n", "1:11 a/b [model_id]\n3:11 c/d [model_id]"},
		{"broken", "a.yaml", "model_id: a/b\n  x: [\n", "1:11 a/b [model_id]"},
		{"nested name", "a.yaml", "model:\n  name: org/name\n  revision: v1\n", "2:9 org/name@v1 [model.name]"},
		{"json", "a.json", "{\"model\": {\"path\": \"org/name\"},\n \"tokenizer\": \"a\\/b\", // c\n}", "1:21 org/name [model.path]\n2:16 a/b [tokenizer]"},
		{"nan", "a.json", "{\"x\": NaN, \"model_id\": \"a/b\"}", "1:25 a/b [model_id]"},
		{"toml", "a.toml", "[model]\nname = \"org/name\"\nrevision = '" + sha + "'\n[[lora]]\npath = \"a/b\"\n", "2:9 org/name@" + sha + " [model.name] pinned\n5:9 a/b [lora.path]"},
		{"spacy", "a.cfg", "[nlp]\nx = 1\n[components.ner]\nsource = \"en_core_web_md\"\n[components.t.model]\n@architectures = \"spacy-transformers.TransformerModel.v3\"\nname = \"roberta-base\"\n[initialize]\nvectors = ${paths.vectors}\n[paths]\nvectors = \"en_core_web_lg\"\n",
			"4:11 en_core_web_md [spacy.components.ner.source]\n7:9 roberta-base [spacy.components.t.model.name]\n11:12 en_core_web_lg [spacy.initialize.vectors]"},
		{"properties", "serving.properties", "option.model_id=org/name\noption.revision=v2\n", "1:17 org/name@v2 [djl.option.model_id]"},
		{"front matter", "README.md", "license_link: https://huggingface.co/a/b/resolve/main/LICENSE\nbase_model:\n- org/name\npreload_from_hub:\n- c/d x.bin,y.bin " + sha + "\ndatasets:\n- e/f\n",
			"3:3 org/name [readme.base_model]\n5:3 c/d@" + sha + " [readme.preload_from_hub] pinned"},
		{"weights URL", "a.yaml", "download: {url: 'https://example.com/m.pt'}", "1:18 https://example.com/m.pt [download.url]"},
		{"dvc", "m.pt.dvc", "deps:\n- path: m.pt\n  repo:\n    url: https://github.com/org/repo\n    rev_lock: " + sha + "\nouts:\n- path: m.pt\n",
			"4:10 https://github.com/org/repo@" + sha + " [dvc import] pinned"},
		{"kitfile", "Kitfile", "manifestVersion: 1.0.0\nmodel:\n  path: ghcr.io/org/kit:v1\n  parts: [{path: a.bin}]\n", "3:9 ghcr.io/org/kit@v1 [kitfile.model.path]"},
		{"matrix", ".github/workflows/a.yml", "jobs:\n  a:\n    strategy:\n      matrix:\n        model: [a/b, c/d]\n", "5:17 a/b [jobs.a.strategy.matrix.model]\n5:22 c/d [jobs.a.strategy.matrix.model]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			language := ""
			if c.name == "front matter" {
				language = "frontmatter"
			}
			r := checktest.Find(t, Finder{}, c.path, language, c.text)
			if got := brief(r.References); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestSilent(t *testing.T) {
	for _, text := range []string{
		"# model_id: org/name",
		"image: vllm/vllm-openai:latest\nrepository: org/image\ntag: latest",
		"model: openai/gpt-4o\nserved_model_name: org/name",
		"dataset:\n  repo_id: org/name\n",
		"repo_id: org/name\nrepo_type: dataset\n",
		"metadata:\n  labels:\n    model: a/b\n",
		"supportedUriFormats:\n  - prefix: hf://\n",
		"description: see https://huggingface.co/org/name\nlink: https://huggingface.co/org/name\n",
		"model_name_or_path: ./out/llama\nmodel_path: /data/models/x\nmodel_type: org/name",
		"resources:\n  limits:\n    nvidia.com/gpu: 1\napiVersion: kubeai.org/v1\n# model",
		"trust_remote_code: false\nmodel: {}",
	} {
		r := checktest.Find(t, Finder{}, "a.yaml", "", text)
		if len(r.References) > 0 || len(r.Evidence) > 0 {
			t.Errorf("%q: %s %s", text, brief(r.References), checktest.JSON(r.Evidence))
		}
	}
}

func TestCommands(t *testing.T) {
	for _, c := range []struct{ name, path, text, want string }{
		{"pod", "p.yaml", "containers:\n- image: vllm/vllm-openai\n  env:\n  - {name: MODEL_ID, value: org/name}\n  args: [\"--model\", \"$(MODEL_ID)\"]\n",
			"export MODEL_ID='org/name'\ndocker run 'vllm/vllm-openai' '--model' \"${MODEL_ID}\" \n"},
		{"shell", "p.yaml", "containers:\n- command: [sh, -c]\n  args:\n  - |\n    ollama pull x\n    echo $y\n",
			"'sh' '-c' 'ollama pull x\necho $y\n' \n"},
		{"compose", "compose.yml", "services:\n  a:\n    image: i\n    environment:\n      M: org/name\n    command: run --model-path ${M:-a/b}\n",
			"export M='org/name'\ndocker run 'i' run --model-path ${M:-a/b} \n"},
		{"workflow", ".github/workflows/a.yml", "env:\n  MODEL: org/name\njobs:\n  a:\n    steps:\n    - run: |\n        hf download $MODEL\n",
			"export MODEL='org/name'\n|local MODEL='org/name'\nhf download $MODEL\n\n"},
		{"script of an action", ".github/workflows/a.yml", "steps:\n- uses: actions/github-script@v7\n  with:\n    script: |\n      from_pretrained('a/b')\n", "from_pretrained('a/b')\n"},
		{"script of another action", ".github/workflows/a.yml", "steps:\n- uses: org/ssh-action@v1\n  with:\n    script: |\n      hf download a/b\n", "hf download a/b\n\n"},
		{"spacy project", "project.yml", "vars:\n  n: en_core_web_sm\ncommands:\n  - name: a\n    script:\n      - python -m spacy download ${vars.n}\n",
			"export n='en_core_web_sm'\n|local vars_n='en_core_web_sm'\npython -m spacy download ${vars_n}\n"},
		{"dotenv", ".env", "# MODEL_ID=x\nMODEL_ID=org/name # c\nexport B='a b'\n", "export MODEL_ID='org/name'\nexport B='a b'\n"},
		{"document", "a.yaml", "config_file: |-\n  parameters:\n    model: a/b\n", "parameters:\n  model: a/b"},
		{"config map", "a.yaml", "data:\n  run.py: |\n    model = 1\n", "model = 1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checktest.Find(t, Finder{}, c.path, "", c.text)
			var got []string
			for _, e := range r.Embeds {
				got = append(got, string(e.Source.Text))
				for _, word := range []string{"org/name", "ollama", "hf download", "a/b", "python -m", "model = 1"} {
					i := strings.Index(string(e.Source.Text), word)
					if i < 0 {
						continue
					}
					at := e.Source.At(i, i+len(word))
					if line := strings.Split(c.text, "\n")[at.Line-1]; !strings.HasPrefix(line[at.Column-1:], word) {
						t.Errorf("%q is placed at %d:%d", word, at.Line, at.Column)
					}
				}
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got  %q\nwant %q", s, c.want)
			}
		})
	}
}

func TestTrust(t *testing.T) {
	r := checktest.Find(t, Finder{}, "a.yaml", "", "model_id: org/name\ntrust_remote_code: true\n")
	loads := checktest.Of[gate.Load](r, gate.KindLoad)
	if len(loads) != 1 || loads[0].Model != "org/name" || loads[0].Unsafe != "remote-code" || r.Evidence[0].At.Line != 2 {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func TestBind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "config.yaml", "", "a:\n  model_id: org/name\n")
	if len(r.Bindings) != 1 || r.Bindings[0].Name != "key:a.model_id" || r.Bindings[0].Value != "org/name" {
		t.Errorf("got %s", checktest.JSON(r.Bindings))
	}
}

func TestBounds(t *testing.T) {
	bomb := "a: &a [model, x, x, x, x, x, x, x, x, x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", i-1), 10), ", "))
	}
	for path, text := range map[string]string{
		"bomb.yaml": bomb,
		"deep.json": `{"model":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}",
		"deep.toml": "model = " + strings.Repeat("[", 100_000),
		"long.yaml": "model: " + strings.Repeat(" ", maxText),
	} {
		r := checktest.Find(t, Finder{}, path, "", text)
		if len(checktest.Of[gate.Incomplete](r, gate.KindIncomplete)) != 1 {
			t.Errorf("%s: no word of what was not read", path)
		}
	}
}

func TestHostile(t *testing.T) {
	for path, text := range map[string]string{
		"line.yaml":    "model: x\n" + strings.Repeat("{{ a }} x ", 100_000),
		"fields.json":  `{"model_id": "a/b"` + strings.Repeat(`, "model_id": "a/b"`, 100_000) + "}",
		"escapes.json": `{"run": "hf ` + strings.Repeat(`\u0061\n `, 200_000) + `"}`,
		"tables.toml":  "model = 1\n" + strings.Repeat("[a.b]\nc = 1\n[[d]]\n", 20_000),
	} {
		start := time.Now()
		checktest.Find(t, Finder{}, path, "", text)
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s takes %v", path, d)
		}
	}
}

func FuzzYAML(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.yaml", "", "model_id: {{ x }}\na: &b [c/d]\n<<: *b\nrun: |\n  hf download $x\n", "{{- if }}\nenv: {A: b}\nargs: [\"$(A)\"]",
		"model: >-\n  org/name\n\n  x\n", "? a\n: 'it''s'\n\tb: \"\\u0041\"")
}

func FuzzJSON(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.json", "", `{"model": "a\/b", // x
"env": {"A": NaN,}}`, `[{"run": "\ud800hf"}]`)
}

func FuzzTOML(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.toml", "", "[a.b]\nmodel='c/d'\n[[e]]\nf={g=[1,'h']}\n", "a.b.c = \"\"\"\nx\"\"\"")
}

func FuzzINI(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.cfg", "", "[nlp]\n[components.x]\nsource = \"m\"\n[initialize]\nvectors=${a.b}", "a.b: c")
}
