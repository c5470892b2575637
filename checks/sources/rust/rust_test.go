package rust

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = `use hf_hub::{api::sync::Api, Repo, RepoType};
fn main() {
    let api = Api::new()?; // "no/comment"
    let a = api.model("a/b".to_string());
    let b = api.repo(Repo::with_revision("c/d".to_string(), RepoType::Model, "refs/pr/1".to_string()));
    let (id, rev) = match w { W::T => ("e/f", "main"), W::U => ("g/h", "0123456789abcdef0123456789abcdef01234567") };
    let model = match v { V::One => "i/j", V::Two | V::Three => "k/l" };
    let revision = match v { V::One => "refs/pr/2", V::Two => "x1", V::Three => "main" };
    let d = api.dataset("m/n".to_string());
    let set = "o/p";
    api.dataset(set.to_string());
    let e = Repo::new("q/r".to_string(), RepoType::Dataset);
    println!("token/s");
    let f = api.get("tokenizer/tokenizer.json")?;
    let m = "s/t".to_string();
    let default_revision = "refs/pr/21".to_string();
}
#[arg(long, default_value = "u/v")]
#[schema(example = "w/x")]
#[cfg_attr(feature = "http", schema(example = json!("w/y")))]
#[clap(default_values = vec!["u/w", "u/x"])]
`

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "main.rs", "", file)
	var got []string
	for _, ref := range r.References {
		got = append(got, fmt.Sprintf("%d %s [%s] %v", ref.At.Line, ref.Model, ref.Loader, ref.Immutable))
	}
	want := `4 a/b [hf_hub.model] false
5 c/d@refs/pr/1 [hf_hub.with_revision] false
6 e/f@main [hf_hub] false
6 g/h@0123456789abcdef0123456789abcdef01234567 [hf_hub] true
7 i/j@refs/pr/2 [hf_hub] false
7 k/l [hf_hub] false
15 s/t@refs/pr/21 [hf_hub] false
18 u/v [hf_hub] false
21 u/w [hf_hub] false
21 u/x [hf_hub] false`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if r := checktest.Find(t, Finder{}, "main.rs", "", "fn main() { f(\"a/b\"); download(\"c/d\") }"); len(r.References) > 0 {
		t.Error("found a model without a client of the Hub")
	}
}

func TestFindWithoutClient(t *testing.T) {
	r := checktest.Find(t, Finder{}, "main.rs", "", `mod common;
let (root, _) = download_artifacts("a/b", None, None)?;
let (root, _) = common::download_model("c/d", Some("refs/pr/3"))?;
let s = load_snapshot("e/f"); let t = download_artifacts(&root, "g/h");
`)
	var got []string
	for _, ref := range r.References {
		got = append(got, fmt.Sprintf("%d %s [%s] %s", ref.At.Line, ref.Model, ref.Loader, ref.Resolution))
	}
	if s, want := strings.Join(got, "\n"), "2 a/b [download_artifacts] literal\n3 c/d@refs/pr/3 [download_model] literal"; s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "main.rs", "", file, "Repo:: ((\"a/b\", [")
}
