package modelconfig

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestRemoteCode(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []RemoteCode
	}{
		"auto_map":      {`{"auto_map": {"AutoModel": "m.C"}}`, []RemoteCode{{"m.C", "", "auto_map"}}},
		"repository":    {`{"auto_map": {"AutoModel": "o/n--m.C"}}`, []RemoteCode{{"m.C", "o/n", "auto_map"}}},
		"tokenizers":    {`{"auto_map": {"AutoTokenizer": ["m.Slow", null]}}`, []RemoteCode{{"m.Slow", "", "auto_map"}}},
		"nested":        {`{"vision_config": {"auto_map": {"AutoConfig": "m.C"}}}`, []RemoteCode{{"m.C", "", "auto_map"}}},
		"pipelines":     {`{"custom_pipelines": {"t": {"impl": "p.P", "pt": ["AutoModel"]}}}`, []RemoteCode{{"p.P", "", "custom_pipelines"}}},
		"adapter":       {`{"auto_mapping": {"base_model_class": "C", "parent_library": "os"}}`, []RemoteCode{{"C", "os", "auto_mapping"}}},
		"plain adapter": {`{"auto_mapping": {"base_model_class": "BertModel", "parent_library": "transformers.models.bert"}}`, nil},
		"trust":         {`{"x": [{"trust_remote_code": true}]}`, []RemoteCode{{"", "", "trust_remote_code"}}},
		"no trust":      {`{"trust_remote_code": false}`, nil},
		"attention":     {`{"a": {"_attn_implementation_internal": "o/kernels"}}`, []RemoteCode{{"", "o/kernels", "_attn_implementation_internal"}}},
		"attentions":    {`{"attn_implementation": {"text": "o/k:f"}}`, []RemoteCode{{"", "o/k:f", "attn_implementation"}}},
		"own attention": {`{"attn_implementation": "flash_attention_2"}`, nil},
		"experts":       {`{"experts_implementation": "o/k"}`, []RemoteCode{{"", "o/k", "experts_implementation"}}},
		"pipeline":      {`{"_class_name": ["pipeline", "P"], "unet": ["diffusers", "U"]}`, []RemoteCode{{"pipeline.P", "", "_class_name"}}},
		"component":     {`{"_class_name": "P", "unet": ["my_unet", "U"]}`, []RemoteCode{{"my_unet.U", "", "unet"}}},
		"diffusers":     {`{"_class_name": "P", "unet": ["diffusers", "U"], "safety_checker": ["stable_diffusion", "S"], "x": [null, null]}`, nil},
		"modules":       {`[{"idx": 0, "path": "", "type": "custom_st.T"}, {"idx": 1, "path": "1", "type": "sentence_transformers.models.Pooling"}]`, []RemoteCode{{"custom_st.T", "", "type"}}},
		"router":        {`{"types": {"a": "os.x", "b": "sentence_transformers.models.Dense"}, "structure": {}}`, []RemoteCode{{"os.x", "", "types"}}},
		"truthy":        {`{"trust_remote_code": "yes", "a": {"trust_remote_code": 0}}`, []RemoteCode{{"", "", "trust_remote_code"}}},
		"native":        {`{"custom_ops_library": "/tmp/x.so"}`, []RemoteCode{{"/tmp/x.so", "", "custom_ops_library"}}},
		"behind NaN":    {`{"a": NaN, "b": [-Infinity, "NaN"], "auto_map": {"A": "m.C"}}`, []RemoteCode{{"m.C", "", "auto_map"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "config.json", []byte(test.text))
			if got := checktest.Of[RemoteCode](r, "config.remote-code"); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if r.State != gate.Unproven || len(r.Evidence) != len(test.want) {
				t.Errorf("state %q %s", r.State, checktest.JSON(r.Evidence))
			}
		})
	}
}

func TestIndex(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "model.safetensors.index.json",
		[]byte(`{"weight_map": {"a": "../x", "b": "../x", "c": "model-00001-of-00002.safetensors", "d": "C:x", "e": "s/x"}}`))
	var got []string
	for _, e := range checktest.Of[gate.External](r, gate.KindExternal) {
		got = append(got, e.Location)
	}
	if want := []string{"../x", "C:x", "s/x"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTemplates(t *testing.T) {
	for text, want := range map[string]string{
		`{"chat_template": "{{ a }}"}`: "{{ a }}",
		`{"chat_template": [{"name": "default", "template": "{{ a }}"}, {"name": "rag", "template": "{{ b }}"}]}`: "{{ a }}|{{ b }}",
		`{"chat_templates": {"rag": "{{ c }}"}}`:         "{{ c }}",
		`{"model": {"custom_chat_template": "{{ d }}"}}`: "{{ d }}",
		`{"chat_template": null}`:                        "",
	} {
		var got []string
		for _, c := range checktest.Inspect(t, Inspector{}, "tokenizer_config.json", []byte(text)).Children {
			got = append(got, string(c.Data))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: templates %q", text, got)
		}
	}
}

func TestTemplatesInYAML(t *testing.T) {
	for text, want := range map[string]string{
		"model: x\nchat_template: '{{ a }}'\n":                       "{{ a }}",
		"a:\n  chat_template: |\n    {{ a }}\n---\nchat_template: b": "{{ a }}\n|b",
		"chat_template: {% if x %}\n":                                "",
	} {
		r := checktest.Inspect(t, Inspector{}, "train.yaml", []byte(text))
		var got []string
		for _, c := range r.Children {
			got = append(got, string(c.Data))
		}
		if strings.Join(got, "|") != want || len(r.Evidence) > 0 || (want == "") != (r.State == gate.Unread) {
			t.Errorf("%q: templates %q, %s %s", text, got, r.State, checktest.JSON(r.Evidence))
		}
	}
}

func TestBroken(t *testing.T) {
	for text, want := range map[string]gate.Kind{
		`{"auto_map": {"A": "m.C"}`:     "config.remote-code",
		`{"a": 1} {}`:                   "config.malformed",
		``:                              "config.malformed",
		`{"auto_map": 1, "auto_map":2}`: "config.duplicate",
		strings.Repeat("[", 1000):       gate.KindIncomplete,
	} {
		r := checktest.Inspect(t, Inspector{}, "config.json", []byte(text))
		if len(r.Evidence) == 0 || r.Evidence[0].Kind != want {
			t.Errorf("%.40s: %s", text, checktest.JSON(r.Evidence))
		}
	}
}

func TestWants(t *testing.T) {
	for name, test := range map[string]struct {
		path, text string
		want       bool
	}{
		"named":        {"a/tokenizer_config.json", "", true},
		"config":       {"m.zip!config.json", "{}", true},
		"blank":        {"config.json", strings.Repeat(" ", 5000) + "{}", true},
		"other config": {"config.json", "// comment", false},
		"marked":       {"text_encoder/x.json", `{"model_type": "clip"}`, true},
		"modules":      {"modules.json", `[{"type": "sentence_transformers.models.Pooling"}]`, true},
		"index":        {"model.fp16.safetensors.index.json", "", true},
		"package":      {"package.json", `{"name": "x"}`, false},
		"yaml":         {"config.yaml", "model_type: x", false},
		"training":     {"config.yaml", "chat_template: x", true},
	} {
		if got := checktest.Wants(Inspector{}, test.path, []byte(test.text)); got != test.want {
			t.Errorf("%s: wants is %v", name, got)
		}
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	for _, pattern := range []string{"hf/*/*.json", "jinja/*/*.json", "onnxrt/*.json", "st/*/*.json"} {
		paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt", pattern))
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			r := checktest.Inspect(t, Inspector{}, path, data)
			benign := strings.Contains(path, "benign")
			if !checktest.Wants(Inspector{}, path, data) || benign && len(r.Evidence) > 0 ||
				!benign && len(r.Evidence)+len(r.Children) == 0 {
				t.Errorf("%s: %s", path, checktest.JSON(r))
			}
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "tokenizer_config.json",
		[]byte(`{"auto_map": {"A": ["o/n--m.C", null]}, "chat_template": [{"name": "a", "template": "{{ b }}"}]}`),
		[]byte(`{"weight_map": {"a": "../b"}, "x": NaN}`), []byte("\xff\xfe{\x00}\x00"))
}
