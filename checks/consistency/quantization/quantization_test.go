package quantization

import (
	"slices"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/modelfolder"
	"github.com/modelgate/gate/internal/modeltest"
)

func TestBenign(t *testing.T) { checktest.Benign(t, Auditor{}) }

func TestName(t *testing.T) {
	const name = "the quantisation in its name"
	for file, test := range map[string]struct {
		data   []byte
		local  string // what the tensors are, or nothing where they agree
		ranged string
	}{
		"a-Q8_0.gguf":   {modeltest.GGUFTensors("model", 7, 0, 1), "tensors of F16, F32", ""},
		"b-Q8_0.gguf":   {modeltest.GGUFTensors("model", 2, 2), "tensors of Q4_0", "tensors of Q4_0"},
		"c.Q4_K_M.gguf": {modeltest.GGUFTensors("", 1, 1), "tensors of F16", "tensors of F16"},
		"d-F16.gguf":    {modeltest.GGUFTensors("model", 7, 0, 8), "tensors of F32, Q8_0", "tensors of Q8_0"},
		"e-Q8_0.gguf":   {modeltest.GGUFTensors("model", 7, 8), "", ""},
		"f-Q8_0.gguf":   {modeltest.GGUFTensors("adapter", 1, 1), "", ""},
		"g-Q8_0.gguf":   {[]byte("GGUF\x03\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"), "", ""},
		"h-Q8_0.gguf":   {modeltest.GGUF("general.architecture", "llama"), "", ""},
		"i-Q8_0.gguf":   {[]byte("nothing"), "", ""},
	} {
		for _, ranged := range []bool{false, true} {
			s := checktest.Subject(modeltest.Entry{Name: file, Data: test.data})
			s.Blobs[0].Ranged = ranged
			other := test.local
			if ranged {
				other = test.ranged
			}
			var want []modelfolder.Contradiction
			if other != "" {
				want = append(want, modelfolder.Contradiction{Field: name, Says: quantOf(file), File: file, Other: other})
			}
			r := checktest.Audit(t, Auditor{}, s)
			if got := checktest.Of[modelfolder.Contradiction](r, kind); !slices.Equal(got, want) {
				t.Errorf("%s, ranged %v: got %s", file, ranged, checktest.JSON(r.Evidence))
			}
		}
	}
}

func TestQuantOf(t *testing.T) {
	for name, want := range map[string]string{
		"m-Q8_0.gguf": "Q8_0", "m.q4_k_m.gguf": "Q4_K", "Qwen2-7B.Q5_K_S.gguf": "Q5_K", "m-fp16.gguf": "F16", "BF16.gguf": "BF16", "m_F32.gguf": "F32",
		"m.gguf": "", "QWEN2.gguf": "", "m-UD-Q4_K_XL.gguf": "", "m-Q4_K_L.gguf": "", "m-Q4_0_4_4.gguf": "", "m-IQ4_XS.gguf": "", "m-f16-Q8_0.gguf": "", "m-Q8_0-00001-of-00002.gguf": "",
	} {
		if got := quantOf(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestConfigured(t *testing.T) {
	config := func(method string) modeltest.Entry {
		return modeltest.Entry{Name: "config.json", Data: []byte(`{"quantization_config": {"quant_method": "` + method + `"}}`)}
	}
	model := func(tensors ...string) modeltest.Entry {
		return modeltest.Entry{Name: "model.safetensors", Data: modeltest.Weights(tensors...)}
	}
	for name, test := range map[string]struct {
		files []modeltest.Entry
		want  int
	}{
		"packed":       {[]modeltest.Entry{config("awq"), model("a.qweight I32 4")}, 0},
		"not packed":   {[]modeltest.Entry{config("awq"), model("a.weight F16 4")}, 1},
		"eight bits":   {[]modeltest.Entry{config("fp8"), model("a.weight F8_E4M3 4")}, 0},
		"sixteen":      {[]modeltest.Entry{config("fp8"), model("a.weight BF16 4")}, 1},
		"other method": {[]modeltest.Entry{config("bitsandbytes"), model("a.weight BF16 4")}, 0},
		"no weights":   {[]modeltest.Entry{config("gptq")}, 0},
	} {
		if r := checktest.Audit(t, Auditor{}, checktest.Subject(test.files...)); len(r.Evidence) != test.want {
			t.Errorf("%s: got %s", name, checktest.JSON(r.Evidence))
		}
	}
}

func FuzzGGUF(f *testing.F) {
	checktest.FuzzAudit(f, Auditor{}, "m-Q8_0.gguf", nil, modeltest.GGUFTensors("model", 7, 0, 1), modeltest.GGUF("a", "b"))
}
