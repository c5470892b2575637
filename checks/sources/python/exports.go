package python

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
)

// maxExports bounds the names that one package hands on.
const maxExports = 1024

// relativeImport matches "from .module import names" of a module.
var relativeImport = regexp.MustCompile(`(?m)^from[ \t]+(\.+)([A-Za-z0-9_.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]*)`)

// exports binds the names that a package takes from its modules, so that they are found
// where others import them from the package: "export:pkg:NAME" is "pkg.module:NAME".
func exports(src *gate.Source, text []byte, out gate.Recorder) {
	if src.Language != "" || path.Base(src.Path) != "__init__.py" || !bytes.Contains(text, []byte("from .")) {
		return
	}
	pkg, n := moduleOf(src.Path), 0
	for _, m := range relativeImport.FindAllSubmatchIndex(text, -1) {
		module, ok := relativeModule(pkg, m[3]-m[2], string(text[m[4]:m[5]]))
		if !ok || pkg == "" {
			continue
		}
		for name := range strings.SplitSeq(names(text[m[6]:m[7]]), ",") {
			f := strings.Fields(name)
			if len(f) != 1 && (len(f) != 3 || f[1] != "as") {
				continue
			}
			if n++; n > maxExports {
				return
			}
			out.Bind(gate.Binding{Name: "export:" + pkg + ":" + f[len(f)-1], Value: module + ":" + f[0], At: src.At(m[0], m[1])})
		}
	}
}

// relativeModule is the module that dots and a name stand for in the code of a package.
func relativeModule(pkg string, dots int, name string) (string, bool) {
	for ; dots > 1; dots-- {
		var more bool
		if pkg, _, more = cutLast(pkg); !more {
			return "", false
		}
	}
	if name == "" {
		return pkg, true
	}
	return pkg + "." + name, true
}

// names are those of an import without its parentheses, comments and line breaks.
func names(list []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(bytes.Trim(list, "()")) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		b.Write(line)
		b.WriteByte(' ')
	}
	return strings.ReplaceAll(b.String(), "\\", " ")
}
