package requirements

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = `spacy-transformers
# en_core_web_sm
en_core_web_lg @ https://github.com/explosion/spacy-models/releases/download/en_core_web_lg-3.4.0/en_core_web_lg-3.4.0-py3-none-any.whl
en-core-web-sm==3.7.1
de_core_news_md
https://huggingface.co/spacy/fr_core_news_sm/resolve/main/fr_core_news_sm-any-py3-none-any.whl
git+https://github.com/org/name.git@v1
torch  # en_core_web_trf
`

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "requirements.txt", "", file)
	var got []string
	for _, ref := range r.References {
		got = append(got, fmt.Sprintf("%d:%d %s %s %v", ref.At.Line, ref.At.Column, ref.Model.Source, ref.Model, ref.Immutable))
	}
	want := `3:18 spacy en_core_web_lg@3.4.0 true
4:1 spacy en_core_web_sm@3.7.1 true
5:1 spacy de_core_news_md false
6:1 hf spacy/fr_core_news_sm@main false`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func TestWants(t *testing.T) {
	for path, want := range map[string]bool{"requirements.txt": true, "requirements/dev.txt": true, "a/requirements-gpu.in": true, "notes.txt": false, "pyproject.toml": true} {
		if (Finder{}).Wants(path, nil) != want {
			t.Errorf("%s", path)
		}
	}
}

func FuzzFind(f *testing.F) { checktest.FuzzFind(f, Finder{}, "requirements.txt", "", file) }
