package shell

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// brief renders references as "line id [loader] key=value …".
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
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%d %s %s [%s] %s", r.At.Line, r.Model.Source, id, r.Loader, strings.Join(args, " "))))
	}
	return strings.Join(lines, "\n")
}

const sha = "0123456789abcdef0123456789abcdef01234567"

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"download", "hf download org/name model.bin --revision " + sha, "1 hf org/name@" + sha + " [hf download] filename=model.bin"},
		{"continuation", "vllm serve \\\n  org/name \\\n  --trust-remote-code", "2 hf org/name [vllm serve] trust_remote_code=true"},
		{"variable", "M=org/name\nhf download $M", "1 hf org/name [hf download]"},
		{"reassigned", "M=a/b\nM=c/d\nhf download \"$M\"", "2 hf c/d [hf download]"},
		{"branch", "M=a/b\nif x; then M=c/d; fi\nhf download $M", "1 hf a/b [hf download]\n2 hf c/d [hf download]"},
		{"default", "hf download ${M:-org/name}", "1 hf org/name [hf download]"},
		{"loop", "for m in a/b c/d; do hf download $m; done", "1 hf a/b [hf download]\n1 hf c/d [hf download]"},
		{"array", "A=(a/b\nc/d)\nfor m in \"${A[@]}\"; do\nhf download $m; done", "1 hf a/b [hf download]\n2 hf c/d [hf download]"},
		{"split", "ARGS='--model org/name --trust-remote-code'\nvllm serve $ARGS", "1 hf org/name [vllm serve] trust_remote_code=true"},
		{"function", "get() { hf download $M; }\nM=org/name\nget", "2 hf org/name [hf download]"},
		{"dynamic", "hf download $MODEL_ID", "1  ? env:MODEL_ID [hf download]"},
		{"parameter", "hf download $1", "1  ?  [hf download]"},
		{"module", "python3 -m sglang.launch_server --model-path org/name", "1 hf org/name [sglang.launch_server]"},
		{"script", "accelerate launch x.py --model_name_or_path=org/name", "1 hf org/name [accelerate]"},
		{"spacy", "python -m spacy download en_core_web_lg", "1 spacy en_core_web_lg [spacy download]"},
		{"ollama", "docker exec -it o ollama pull qwen:0.5b", "1 ollama qwen@0.5b [ollama pull]"},
		{"image", "docker run --gpus all -e REVISION=x -p 1:1 vllm/vllm-openai:latest --model org/name", "1 hf org/name [vllm]"},
		{"env", "export HF_MODEL_ID=org/name HF_MODEL_REVISION=abc", "1 hf org/name@abc [env HF_MODEL_ID]"},
		{"bucket", "export HF_MODEL_ID=s3://b/m/", "1 url s3://b/m/ [env HF_MODEL_ID]"},
		{"curl", "curl -L https://huggingface.co/org/name/resolve/main/m.gguf -o m.gguf", "1 hf org/name@main [curl]"},
		{"wget", "wget https://example.com/m.pt", "1 url https://example.com/m.pt [wget]"},
		{"clone", "git clone --branch v1 https://huggingface.co/org/name", "1 hf org/name@v1 [git clone]"},
		{"llama", "llama-server -hf org/name:Q4_K_M", "1 hf org/name [llama-server]"},
		{"docker model", "docker model pull ai/qwen3:4B", "1 oci ai/qwen3@4B [docker model pull]"},
		{"tokenizer", "vllm serve a/b --revision r --tokenizer c/d --tokenizer-revision s", "1 hf a/b@r [vllm serve]\n1 hf c/d@s [vllm serve]"},
		{"lm_eval", "lm_eval --model hf --model_args pretrained=org/name,revision=abc,trust_remote_code=True", "1 hf org/name@abc [lm_eval] trust_remote_code=true"},
		{"wheel", "pip install https://github.com/explosion/spacy-models/releases/download/en_core_web_sm-3.4.0/en_core_web_sm-3.4.0-py3-none-any.whl",
			"1 spacy en_core_web_sm@3.4.0 [pip install]"},
		{"whisper", "whisper a.mp3 --model turbo", "1 catalog whisper/turbo [whisper]"},
		{"uri", "X=ollama://phi4\nkubectl patch $X", "1 ollama phi4 [kubectl]"},
		{"template", "hf download org/${{ matrix.name }}", "1  ?  [hf download]"},
		{"template env", "hf download ${{ env.MODEL }}", "1  ? env:MODEL [hf download]"},
		{"after error", "foo ))\nhf download org/name", "2 hf org/name [hf download]"},
		{"around error", "hf download a/b\nfoo ))\nhf download c/d", "1 hf a/b [hf download]\n3 hf c/d [hf download]"},
		{"appended", "A='--model a/b'\nA+=' --revision r'\nvllm serve $A", "1 hf a/b@r [vllm serve]"},
		{"pieces", "O=org\nhf download $O/name", "1 hf org/name [hf download]"},
		{"checked", "wget -O m.bin https://example.com/x.bin\necho \"" + strings.Repeat("a", 64) + "  m.bin\" | sha256sum -c -",
			"1 url https://example.com/x.bin [wget] sha256=" + strings.Repeat("a", 64)},
		{"address of weights", "python fetch.py https://huggingface.co/org/name/resolve/main/m.gguf", "1 hf org/name@main [python]"},
		{"option of a configuration", "python x.py --model_config_name_or_path org/name --data_name_or_path org/data", "1 hf org/name [python]"},
		{"kserve", "huggingfaceserver --model_name=t5 --model_id=google-t5/t5-small", "1 hf google-t5/t5-small [huggingfaceserver]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checktest.Find(t, Finder{}, "run.sh", "", c.text)
			if got := brief(r.References); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestSilent(t *testing.T) {
	for _, text := range []string{
		"echo hf download org/name",
		"# hf download org/name",
		"hf download --repo-type dataset org/name",
		"huggingface-cli upload org/name .",
		"vllm serve ./model --served-model-name org/name",
		"python x.py --model_name_or_path ~/weights/llama --output_dir out/x",
		"litellm --model openai/gpt-4o",
		"git clone https://github.com/org/name",
		"python fetch.py https://huggingface.co/org/name https://example.com/m.gguf",
		"python fetch.py https://huggingface.co/org/name/resolve/main/cat.png",
		"git clone https://huggingface.co/datasets/org/name",
		"curl https://example.com/data.json -d '{\"model\": \"org/name\"}'",
		"docker run vllm/vllm-openai:latest",
		"export OLLAMA_MODELS=/x/models",
		"case $u in hf://*) ;; esac",
		"python x.py --dataset org/name --hub_model_id org/mine",
		"export TRUST_REMOTE_CODE=false",
		"usage() { echo \"--model org/name\"; }",
	} {
		r := checktest.Find(t, Finder{}, "run.sh", "", text)
		if len(r.References) > 0 || len(r.Evidence) > 0 {
			t.Errorf("%q: %s %s", text, brief(r.References), checktest.JSON(r.Evidence))
		}
	}
}

func TestDocuments(t *testing.T) {
	for _, c := range []struct{ name, path, text, want string }{
		{"blank", "README.md", "model=<your private model>\nvllm serve $model", ""},
		{"blank in a word", "README.md", "vllm serve org/<name> --port 1", ""},
		{"clone of anything", "run.sh", "git clone $REPO\ngit clone https://github.com/$OWNER/name", ""},
		{"clone of a model", "run.sh", "git clone https://huggingface.co/$MODEL", "1  ?  [git clone]"},
		{"redirection", "README.md", "vllm serve org/name <in >out", "1 hf org/name [vllm serve]"},
		{"another block", "README.md", "vllm serve $model", "1  ? doc:README.md:model [vllm serve]"},
		{"script", "run.sh", "vllm serve $model", "1  ? env:model [vllm serve]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checktest.Find(t, Finder{}, c.path, "shell", c.text)
			if got := brief(r.References); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	r := checktest.Find(t, Finder{}, "docs/a.md", "shell", "model=org/name")
	if len(r.Bindings) != 1 || r.Bindings[0].Name != "doc:docs/a.md:model" {
		t.Errorf("a document binds %v", r.Bindings)
	}
}

func TestTrust(t *testing.T) {
	for text, want := range map[string]int{
		"vllm serve a/b --trust-remote-code":       1,
		"python x.py --trust_remote_code=True":     1,
		"python x.py --trust_remote_code False":    0,
		"export TRUST_REMOTE_CODE=true":            1,
		"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 x.sh":  1,
		"python x.py --trust_remote_code $T":       0,
		"vllm serve a/b --no-trust-remote-code":    0,
		"vllm serve --trust-remote-code org/model": 1,
	} {
		r := checktest.Find(t, Finder{}, "run.sh", "", text)
		if got := len(checktest.Of[gate.Load](r, gate.KindLoad)); got != want {
			t.Errorf("%q: %d loads, want %d", text, got, want)
		}
	}
}

func TestEmbed(t *testing.T) {
	text := `kubectl apply -f - <<EOF
url: hf://org/name
EOF
cat <<'EOF' > run.py
x = 1
EOF
python -c "from_pretrained('a/b')"
M=c/d
cat > v.yaml <<EOF
model: ${M}
rev: ${R}
EOF
bash -c 'hf download e/f'
python - <<EOF
y = 2
EOF`
	r := checktest.Find(t, Finder{}, "run.sh", "", text)
	var got []string
	for _, e := range r.Embeds {
		at := e.Source.At(0, 1)
		got = append(got, fmt.Sprintf("%s %d:%d %q", e.Language, at.Line, at.Column, e.Source.Text))
	}
	want := []string{
		`yaml 2:1 "url: hf://org/name\n"`, `python 5:1 "x = 1\n"`, `python 7:12 "from_pretrained('a/b')"`,
		`yaml 10:1 "model: c/d\nrev: ${R}\n"`, `shell 13:10 "hf download e/f"`, `python 15:1 "y = 2\n"`,
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			break
		}
	}
	for _, e := range r.Embeds {
		if i := strings.Index(string(e.Source.Text), "c/d"); i >= 0 && e.Source.At(i, i+3).Line != 8 {
			t.Errorf("c/d is at %+v", e.Source.At(i, i+3))
		}
	}
}

func TestBounds(t *testing.T) {
	for _, text := range []string{strings.Repeat("(", 100000) + "model", strings.Repeat("if ", 100000) + "model", "model" + strings.Repeat(" ", maxText)} {
		r := checktest.Find(t, Finder{}, "run.sh", "", text)
		if len(checktest.Of[gate.Incomplete](r, gate.KindIncomplete)) != 1 {
			t.Errorf("no word of a script that was not parsed")
		}
	}
	double := "A=model\n" + strings.Repeat("A=$A$A\n", 100) + "hf download org/name\n" + strings.Repeat("export B=\"$A x\"\nexport B\n", 2_000)
	if r := checktest.Find(t, Finder{}, "run.sh", "", double); len(r.References) != 1 ||
		len(checktest.Of[gate.Incomplete](r, gate.KindIncomplete)) != 1 {
		t.Errorf("%d references beside a variable that grows", len(r.References))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := &checktest.Record{}
	Finder{}.Find(ctx, gate.NewSource("x.sh", []byte("hf download a/b")), r)
	if len(r.References) > 0 {
		t.Error("went on after the end of its time")
	}
}

func TestWants(t *testing.T) {
	for path, head := range map[string]string{"a.sh": "", "run": "#!/usr/bin/env bash\n", "x": "#!/bin/sh"} {
		if !(Finder{}).Wants(path, []byte(head)) {
			t.Errorf("does not want %q", path)
		}
	}
	if (Finder{}).Wants("a.py", []byte("#!/usr/bin/python3\n")) {
		t.Error("wants Python")
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "run.sh", "", "hf download ${M:-org/name} --revision x", "A=(a b)\nvllm serve \"${A[@]}\" <<EOF\n$x\nEOF",
		"docker run -e MODEL_ID=a/b img --model=c/d", "for m in a/b; do ollama pull $m; done", "x=${{ a.b }} {{ y }} \\\n z")
}

func TestVersionsOfLibrariesThatAreInstalled(t *testing.T) {
	const script = "pip install -U 'torch>=2.6,<3' numpy ./pkg\nuv pip install torch==2.5.1\npython3 -m pip install torch\nconda install -c pytorch pytorch=2.6 \nnpm install torch@1\necho pip install torch==1.0\n"
	var got []string
	for _, b := range checktest.Find(t, Finder{}, "setup.sh", "", script).Bindings {
		if strings.HasPrefix(b.Name, "version:") {
			got = append(got, fmt.Sprintf("%s %s %d", b.Name, b.Value, b.At.Line))
		}
	}
	want := []string{"version:torch >=2.6,<3 1", "version:numpy * 1", "version:torch ==2.5.1 2", "version:torch * 3", "version:torch =2.6 4"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
