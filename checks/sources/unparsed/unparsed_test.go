package unparsed

import (
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		path, text string
		line       int // 0: nothing
	}{
		"R by reticulate":  {"run.R", "library(reticulate)\nm <- tf$AutoModel$from_pretrained('a/b')\n", 2},
		"C++":              {"src/load.cpp", "auto m = torch::jit::load(\"a.pt\");", 1},
		"Elixir":           {"lib/a.ex", "{:ok, m} = Bumblebee.load_model({:hf, \"a/b\"})", 1},
		"PowerShell":       {"get.ps1", "Invoke-WebRequest https://huggingface.co/a/b/resolve/main/m.bin", 1},
		"batch":            {"get.bat", "huggingface-cli download a/b\r\n", 1},
		"a word only":      {"a.rb", "# from_pretrained is a method of transformers", 0},
		"a page of a hub":  {"a.php", "<a href=\"https://huggingface.co/a/b\">", 0},
		"a test":           {"tests/a.rb", "from_pretrained('a')", 0},
		"another language": {"a.py", "from_pretrained('a')", 0},
		"nothing":          {"a.c", "int main(void) { return 0; }", 0},
	} {
		t.Run(name, func(t *testing.T) {
			line := 0
			if (Finder{}).Wants(c.path, nil) {
				r := checktest.Find(t, Finder{}, c.path, "", c.text)
				if got := checktest.Of[gate.Unparsed](r, gate.KindUnparsed); len(got) > 0 {
					line = r.Evidence[0].At.Line
				}
			}
			if line != c.line {
				t.Errorf("found in line %d, want %d", line, c.line)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.rb", "", "from_pretrained ( 'a/b' )", "https://hf.co/a/b/raw/main/x")
}
