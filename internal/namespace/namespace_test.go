package namespace

import (
	"slices"
	"strings"
	"testing"
)

func index() *Index {
	return New([]Publisher{
		{Name: "meta-llama", Models: []string{"Llama-3*", "Llama-2-7b-hf"}},
		{Name: "mistralai", Brands: []string{"mistral"}, Models: []string{"Mistral-*"}},
		{Name: "openai", Models: []string{"privacy-filter", "whisper-base"}},
		{Name: "google"},
		{Name: "Qwen", Models: []string{"Qwen*"}},
		{Name: "deepseek-ai"},
		{Name: "unsloth", Models: []string{"*-GGUF"}},
		{Name: "lmstudio-community"},
		{Name: "google-bert"},
		{Name: "GOOGLE"},
		{Name: ""},
	}, []string{"Owen"})
}

func TestCompare(t *testing.T) {
	x := index()
	for _, c := range []struct {
		name, model, target string
		relation            Relation
		tier                Tier
	}{
		{"meta-Ilama", "", "meta-llama", Homoglyph, Critical},
		{"rneta-llama", "", "meta-llama", Homoglyph, Critical},
		{"g00gle", "", "google", Homoglyph, Critical},
		{"meta_llama", "", "meta-llama", Separator, High},
		{"metallama", "", "meta-llama", Separator, High},
		{"Qpenai", "", "openai", Homoglyph, High},
		{"metalllama", "", "meta-llama", Edit, High},
		{"googel", "", "google", Edit, High},
		{"Qwenn", "", "Qwen", Edit, High},
		{"Qewn", "", "Qwen", Edit, High},
		{"Qwon", "", "Qwen", Weak, Low},
		{"Qwan", "Qwen2-7B", "Qwen", Weak, Critical},
		{"google2", "", "google", Edit, Low},
		{"deepsekk-aai", "", "deepseek-ai", Edit, Medium},
		{"ldeepseek-xi", "", "deepseek-ai", Near, Medium},
		{"mistralal-xi", "", "mistralai", Near, Medium},
		{"llama-meta", "", "meta-llama", WordSwap, High},
		{"llamameta", "", "meta-llama", WordSwap, High},
		{"meta-llama-community", "", "meta-llama", Association, Medium},
		{"meta-llama-community", "Llama-3.1-8B", "meta-llama", Association, Critical},
		{"the-mistral-team", "", "mistralai", Association, Medium},
		{"mistral", "", "mistralai", Association, Medium},
		{"deepseek", "", "deepseek-ai", Association, Medium},
		{"mistralai-official", "", "mistralai", Association, High},
		{"rnistral-team", "", "mistralai", Association, High},
		{"official-rnistral", "", "mistralai", Association, High},
		{"google-io-labs2", "", "google", Weak, Low},
		{"googlefan", "", "google", Weak, Low},
		{"opan-ui", "Whisper-Base", "openai", Faint, Critical},
		{"my-unsloth-x", "Anything-GGUF", "unsloth", Weak, Critical},
		{"google-bert-labs", "", "google-bert", Association, Medium},
	} {
		m, ok := x.Compare(c.name, c.model)
		if !ok || m.Target != c.target || m.Relation != c.relation || m.Tier != c.tier {
			t.Errorf("%s/%s: %+v, want %+v", c.name, c.model, m, c)
		}
	}
	for _, name := range []string{"google", "GooGle", "owen", "somebody", "opan-ui", "", "lmstudio-ai", "mеta-llama",
		strings.Repeat("google", 20), "gogl", "ab"} {
		if m, ok := x.Compare(name, "model"); ok {
			t.Errorf("%q: %+v", name, m)
		}
	}
}

func TestGenericWordHidesDistance(t *testing.T) {
	x := New([]Publisher{{Name: "mlx-community"}, {Name: "hf-internal-testing"}}, nil)
	for _, name := range []string{"xlm-community", "dlx-community"} {
		if m, _ := x.Compare(name, ""); m.Relation == Near {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if m, _ := x.Compare("ab-internal-testing", ""); m.Tier > Low {
		t.Errorf("got %+v", m)
	}
}

func TestWith(t *testing.T) {
	x := index()
	y := x.With("acme-models", "Google", "", "аcme", strings.Repeat("x", 200))
	if m, ok := y.Compare("acrne-models", ""); !ok || m.Target != "acme-models" || !y.Knows("ACME-models") {
		t.Errorf("got %+v %v", m, ok)
	}
	if _, ok := x.Compare("acrne-models", ""); ok || len(y.protected) != len(x.protected)+1 {
		t.Errorf("%d and %d publishers", len(x.protected), len(y.protected))
	}
}

func TestOwner(t *testing.T) {
	x := index()
	for model, want := range map[string]string{
		"privacy-filter": "openai", "Privacy_Filter": "openai", "Llama-2-7b-hf": "meta-llama",
		"Llama-3.1-8B": "", "base": "", "": "", "Mistral-7B": "",
	} {
		if got := x.Owner(model); got != want {
			t.Errorf("Owner(%q) = %q", model, got)
		}
	}
}

func TestImitated(t *testing.T) {
	x := index()
	for text, want := range map[string]string{
		"mеta-llama": "meta-llama", "meta\u200b-llama": "meta-llama", "ｍｅｔａ－ｌｌａｍａ": "meta-llama",
		"ᎷETA-llama": "meta-llama", "мeta-ӏlama": "meta-llama", "méta-llama": "meta-llama", "gооgle\u00a0": "google",
		"𝗆eta_llama": "meta-llama", "acmе": "acme", "ɡoogIе": "google",
	} {
		folded, ok := Fold(text)
		if got := x.Imitated(folded); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"meta-llama", "通义", "\u200b", strings.Repeat("é", 5000)} {
		if folded, ok := Fold(text); ok {
			t.Errorf("%q: %q", text, folded)
		}
	}
}

func TestConfusablesAreUnambiguous(t *testing.T) {
	seen := map[rune]byte{}
	for _, l := range looks {
		for _, r := range l.letters {
			if other, twice := seen[r]; twice || r < 0x80 {
				t.Errorf("%q looks like %q and %q", r, other, l.latin)
			}
			seen[r] = l.latin
		}
	}
}

func TestTokens(t *testing.T) {
	for name, want := range map[string]string{
		"meta-llama": "meta llama", "EleutherAI": "eleuther ai", "HuggingFaceH4": "hugging face h 4",
		"xAI.Labs_2b": "x ai labs 2 b", "FPGroup": "fp group", "IBM": "ibm", "A": "a", "-": "", "a|b": "a b",
	} {
		if got := strings.Join(tokens(name), " "); got != want {
			t.Errorf("tokens(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	words := []string{"", "a", "ab", "ba", "abc", "acb", "bca", "google", "googel", "goggle", "gogle", "openai", "opneai", "metallama"}
	for _, s := range words {
		for _, u := range words {
			a, b := newShape(s), newShape(u)
			if got, want := distance(&a, &b), min(far, reference(s, u)); got != want {
				t.Errorf("distance(%q, %q) = %d, want %d", s, u, got, want)
			}
		}
	}
}

// reference is the definition of the distance, word for word.
func reference(s, t string) int {
	if s == "" || t == "" {
		return len(s) + len(t)
	}
	n := len(s) - 1
	m := len(t) - 1
	cost := 1
	if s[n] == t[m] {
		cost = 0
	}
	d := min(reference(s[:n], t[:m])+cost, reference(s[:n], t)+1, reference(s, t[:m])+1)
	if n > 0 && m > 0 && s[n] == t[m-1] && s[n-1] == t[m] {
		d = min(d, reference(s[:n-1], t[:m-1])+1)
	}
	return d
}

func TestLists(t *testing.T) {
	x := Builtin()
	if n := len(x.protected); n < 100 || n > 300 {
		t.Errorf("%d publishers are protected", n)
	}
	for _, name := range []string{"tiuae", "ightonai", "decapoda-research"} {
		if x.Knows(name) {
			t.Errorf("%s is no publisher", name)
		}
	}
	valid := func(s string) bool {
		return s != "" && len(s) <= maxName && isASCII(s) && !strings.ContainsAny(s, "/ :~*")
	}
	for model, owner := range map[string]string{
		"Llama-2-7b-hf": "meta-llama", "whisper-large-v3-turbo": "openai", "all-MiniLM-L6-v2": "sentence-transformers",
		"bert-base-uncased": "google-bert", "bge-base-en-v1.5": "BAAI", "gemma-2b": "google",
	} {
		if got := x.Owner(model); got != owner {
			t.Errorf("%s is a model of %s", model, got)
		}
	}
	seen := map[string]bool{}
	for _, p := range parseProtected(protectedText) {
		if key := strings.ToLower(p.Name); seen[key] || !valid(p.Name) || x.known[key] {
			t.Errorf("%q is listed twice or is no name", p.Name)
		}
		seen[strings.ToLower(p.Name)] = true
		for _, m := range p.Models {
			if bare := strings.Trim(m, "*"); !valid(bare) || len(m)-len(bare) > 1 || m == bare && generic(strip(m)) {
				t.Errorf("%s: %q is no model", p.Name, m)
			}
		}
		for _, b := range p.Brands {
			if len(strip(b)) < 5 {
				t.Errorf("%s: the brand %q is too short", p.Name, b)
			}
		}
	}
	for name := range x.known {
		if !valid(name) {
			t.Errorf("%q is no name", name)
		}
	}
}

// TestNamedCases are names that were used, or could be registered when they were found.
func TestNamedCases(t *testing.T) {
	x := strangers()
	for _, c := range []struct {
		name, model, target string
		tier                Tier
	}{
		{"tiuae", "Falcon-H1-1.5B-Deep-Base", "tiiuae", Critical},
		{"tiuae", "", "tiiuae", High},
		{"ightonai", "LateOn-unsupervised", "lightonai", Critical},
		{"decapoda-research", "llama-7b-hf", "", None},
		{"runwayml", "stable-diffusion-v1-5", "", None},
		{"Open-OSS", "privacy-filter", "", None},
		{"meta_llama", "Llama-3.1-8B", "meta-llama", Critical},
		{"meta-Ilama", "Llama-3.1-8B", "meta-llama", Critical},
		{"metalllama", "Llama-3.1-8B", "meta-llama", Critical},
		{"meta-llama-community", "Llama-3.1-8B", "meta-llama", Critical},
		{"rneta-llama", "Llama-3.1-8B", "meta-llama", Critical},
		{"rnistralai", "Mistral-7B-v0.3", "mistralai", Critical},
		{"nnistralai", "something", "mistralai", High},
		{"Qpenai", "something", "openai", High},
	} {
		if m, _ := x.Compare(c.name, c.model); m.Target != c.target || m.Tier != c.tier {
			t.Errorf("%s/%s: %+v", c.name, c.model, m)
		}
	}
	if x.Owner("privacy-filter") != "openai" {
		t.Error("privacy-filter is a model of openai")
	}
}

// TestGlyphsAreFound needs no list of real names: each imitation by look is critical.
func TestGlyphsAreFound(t *testing.T) {
	x := strangers()
	for _, e := range x.protected {
		for _, v := range imitate(e.name) {
			if !slices.Contains([]string{"one homoglyph", "letters as one", "separator added"}, v.class) {
				continue
			}
			if m, ok := x.Compare(v.name, ""); !x.Knows(v.name) && (!ok || m.Tier < High) {
				t.Errorf("%s of %s: %+v", v.name, v.target, m)
			}
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("meta-Ilama", "Llama-3.1-8B")
	f.Add("mеta\u200b-llama", "")
	x := Builtin()
	f.Fuzz(func(t *testing.T, name, model string) {
		m, ok := x.Compare(name, model)
		if again, _ := x.Compare(name, model); again != m || ok != (m.Tier != None) {
			t.Errorf("%q: %+v and %+v", name, m, again)
		}
		if folded, ok := Fold(name); ok && !isASCII(folded) {
			t.Errorf("%q folds to %q", name, folded)
		}
	})
}
