package xml

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestEntities(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []Entity
	}{
		"external":  {`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><PMML version="4"><a>&e;</a></PMML>`, []Entity{{"e", "file:///etc/passwd"}}},
		"public":    {`<!DOCTYPE x [<!ENTITY e PUBLIC "-//x" 'http://x/y'>]><net/>`, []Entity{{"e", "http://x/y"}}},
		"parameter": {`<!DOCTYPE x [<!ENTITY % p SYSTEM "http://x/p.dtd"> %p;]><net/>`, []Entity{{"%p", "http://x/p.dtd"}}},
		"laughs":    {`<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><net>&b;</net>`, []Entity{{"a", ""}, {"b", ""}}},
		"subset":    {`<!DOCTYPE PMML SYSTEM "http://x/p.dtd"><PMML version="4"/>`, []Entity{{"PMML", "http://x/p.dtd"}}},
		"comment":   {`<!DOCTYPE x [<!-- <!ENTITY a "b"> --><!ELEMENT x ANY>]><net/>`, nil},
		"utf-16":    {wide(`<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e SYSTEM "f">]><net/>`), []Entity{{"e", "f"}}},
		"latin":     {`<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE x [<!ENTITY e SYSTEM "f">]>` + "<net a='\xe9'/>", []Entity{{"e", "f"}}},
		"none":      {`<PMML version="4.4"><Header description="&lt;!ENTITY"/></PMML>`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, "m.xml", []byte(test.text)) {
				t.Error("not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, "m.xml", []byte(test.text))
			if got := checktest.Of[Entity](r, "pmml.entity"); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if len(r.Evidence) != len(test.want) || r.State != gate.Unproven {
				t.Errorf("%s", checktest.JSON(r))
			}
		})
	}
}

func wide(text string) string {
	out := "\xff\xfe"
	for _, u := range utf16.Encode([]rune(text)) {
		out += string([]byte{byte(u), byte(u >> 8)})
	}
	return out
}

func TestLayers(t *testing.T) {
	text := `<net version="11"><layers>
		<layer id="0" name="a" type="Parameter" version="opset1"/>
		<layer id="1" name="b" type="Magic" version="extension"/>
		<layer id="2" name="c" type="Conv" library="/tmp/x.so"/>
		<layer id="3" name="d" type="Conv"><data library="../y.so"/></layer></layers></net>`
	r := checktest.Inspect(t, Inspector{}, "m.xml", []byte(text))
	if got := checktest.Of[Layer](r, "openvino.layer"); !slices.Equal(got, []Layer{{"b", "Magic", ""}, {"c", "Conv", "/tmp/x.so"}}) {
		t.Errorf("layers %v", got)
	}
	want := []gate.External{{Location: "/tmp/x.so", Field: "library"}, {Location: "../y.so", Field: "library"}}
	if got := checktest.Of[gate.External](r, gate.KindExternal); !slices.Equal(got, want) || r.FormatName != "openvino" {
		t.Errorf("external %v of %s", got, r.FormatName)
	}
}

func TestScript(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m.pmml", []byte(`<PMML version="4"><Extension><script> f() </script></Extension></PMML>`))
	if got := checktest.Of[Script](r, "xml.script"); !slices.Equal(got, []Script{{"script", "f()"}}) || r.FormatName != "pmml" {
		t.Errorf("%s", checktest.JSON(r))
	}
}

func TestBroken(t *testing.T) {
	for text, want := range map[string]gate.Kind{
		"<PMML version='4'><a <": "xml.malformed", "<Other/>": "xml.malformed", "": "xml.malformed", "<PMML/>": "xml.malformed",
		"<PMML version='4'>&x;</PMML>":                       "xml.malformed",
		"<net>" + strings.Repeat("<a>", maxDepth) + "</net>": gate.KindIncomplete,
		`<?xml version="1.0" encoding="utf-7"?><net/>`:       gate.KindIncomplete,
	} {
		r := checktest.Inspect(t, Inspector{}, "m.pmml", []byte(text))
		if len(r.Evidence) != 1 || r.Evidence[0].Kind != want || r.State != gate.Unread {
			t.Errorf("%.40s: %s", text, checktest.JSON(r))
		}
	}
}

func TestWants(t *testing.T) {
	for path, text := range map[string]string{
		"log4j.xml": "<Configuration/>", "a.txt": "net", "a.html": "<!DOCTYPE html><html>", "b.html": "<!DOCTYPE html",
	} {
		if checktest.Wants(Inspector{}, path, []byte(text)) {
			t.Errorf("%s is wanted", path)
		}
	}
	long := `<!DOCTYPE x [<!ENTITY e "` + strings.Repeat("a", gate.HeadSize) + `">]><net/>`
	if !checktest.Wants(Inspector{}, "m.xml", []byte(long)) {
		t.Error("a long document type is not wanted")
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.pmml",
		[]byte(`<!DOCTYPE x [<!ENTITY % e SYSTEM "f">]><PMML version="4"><script>x</script></PMML>`), []byte(wide("<net><layer type='Python'/></net>")))
}
