package java

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

const file = `import ai.djl.Model;
class A {
  // .optModelUrls("djl://ai.djl.pytorch/no")
  String zoo = "djl://";
  Criteria c = Criteria.builder()
    .optModelUrls("djl://ai.djl.huggingface.pytorch/org/name")
    .optModelUrls("s3://bucket/model/")
    .optModelUrls("djl://ai.djl.pytorch/resnet/0.0.1/resnet18");
  String other = "org/name";
}
`

func TestFind(t *testing.T) {
	r := checktest.Find(t, Finder{}, "A.java", "", file)
	var got []string
	for _, ref := range r.References {
		got = append(got, fmt.Sprintf("%d %s %s [%s]", ref.At.Line, ref.Model.Source, ref.Model, ref.Loader))
	}
	want := "6 hf org/name [djl.optModelUrls]\n7 url s3://bucket/model/ [djl.optModelUrls]\n8 catalog ai.djl.pytorch/resnet@0.0.1 [djl.optModelUrls]"
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "A.java", "", file, "djl optModelUrls(\"")
}
