package dockerfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = `# syntax=docker/dockerfile:1
FROM vllm/vllm-openai:latest AS base
ARG MODEL=org/name
ENV MODEL_ID=a/b HF_HOME="/x y"
ENV OLD_STYLE some value
RUN --mount=type=cache,target=/c pip install x && \
    # a comment
    hf download $MODEL
ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 https://huggingface.co/c/d/resolve/main/m.gguf /m
COPY model.bin /m
FROM hf.co/e/f
COPY <<EOF /app/run.py
x = 1
EOF
RUN <<EOF
ollama pull qwen
EOF
ENTRYPOINT ["vllm", "serve"]
CMD ["g/h", "--trust-remote-code"]
`

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "Dockerfile", "", file)
	var got []string
	for _, ref := range r.References {
		got = append(got, fmt.Sprintf("%d %s [%s] %v", ref.At.Line, ref.Model, ref.Loader, ref.Immutable))
	}
	want := []string{"9 c/d@main [ADD] true", "11 e/f [FROM] false"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if len(r.Embeds) != 1 {
		t.Fatalf("%d embedded texts", len(r.Embeds))
	}
	script := `export MODEL="org/name"
export MODEL_ID="a/b"
export HF_HOME="/x y"
export OLD_STYLE="some value"
pip install x &&     hf download $MODEL
cat > /app/run.py <<EOF
x = 1
EOF
ollama pull qwen
'vllm' 'serve'  'g/h' '--trust-remote-code' 
`
	if got := string(r.Embeds[0].Source.Text); got != script {
		t.Errorf("got %q\nwant %q", got, script)
	}
	lines := strings.Split(file, "\n")
	for _, word := range []string{"org/name", "a/b", "hf download", "x = 1", "ollama", "g/h"} {
		i := strings.Index(script, word)
		at := r.Embeds[0].Source.At(i, i+len(word))
		if line := lines[at.Line-1]; !strings.HasPrefix(line[at.Column-1:], word) {
			t.Errorf("%q stands at %d:%d in %q", word, at.Line, at.Column, line)
		}
	}
}

func TestWants(t *testing.T) {
	for path, want := range map[string]bool{"Dockerfile": true, "a/Dockerfile.gpu": true, "gpu.Dockerfile": true, "Containerfile": true, "docker.py": false} {
		if (Finder{}).Wants(path, nil) != want {
			t.Errorf("%s", path)
		}
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "Dockerfile", "", file, "FROM a\\\n# c\nRUN [\"a\\\"\", \"b\"]", "ADD <<A b\nx", "ONBUILD ADD [\"\\", "ENV A 'b c' d")
}

func TestVersionOfTorchInTheBaseImage(t *testing.T) {
	for image, want := range map[string]string{
		"pytorch/pytorch:2.6.0-cuda12.4-cudnn9-runtime": "==2.6.0", "docker.io/pytorch/pytorch:2.5.1": "==2.5.1",
		"pytorch/pytorch": "", "pytorch/pytorch:latest": "", "other/pytorch:2.6.0": "", "pytorch/pytorch:2-cuda": "",
	} {
		r := checktest.Find(t, Finder{}, "Dockerfile", "", "FROM --platform=linux/amd64 "+image+" AS x\n")
		got := ""
		for _, b := range r.Bindings {
			got += b.Value
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", image, got, want)
		}
	}
}
