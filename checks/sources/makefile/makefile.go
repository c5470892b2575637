// Package makefile hands the recipes and variables of Makefiles back as one script, so
// that the models that a target downloads or serves are found as in any script. The
// grammar is that of www.gnu.org/software/make/manual.
package makefile

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/splice"
)

// maxText is the length of the longest file that is read.
const maxText = 1 << 20

// Finder finds models in Makefiles.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "makefile",
		Doc:       "Finds models in the recipes and variables of Makefiles.",
		Languages: []string{"make"},
		Emits:     map[gate.Kind]any{gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Wants takes files by their names.
func (Finder) Wants(p string, head []byte) bool {
	base := strings.ToLower(path.Base(p))
	return base == "makefile" || base == "gnumakefile" || strings.HasPrefix(base, "makefile.") || path.Ext(base) == ".mk"
}

// Find rewrites the file as a script: variables first, for a recipe sees them all.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	f := sourcefile.File{Finder: "makefile", Src: src, Out: out}
	if !f.Fits(maxText) {
		return
	}
	var variables, recipes splice.Builder
	continued := false
	for start, line := range sourcefile.Lines(string(src.Text)) {
		if ctx.Err() != nil {
			return
		}
		switch m := assignment.FindStringSubmatchIndex(line); {
		case line[0] == '\t' || continued:
			recipe(&recipes, line, start, continued)
			continued = strings.HasSuffix(strings.TrimRight(line, " \r\n"), `\`)
		case m != nil:
			name := line[m[2]:m[3]]
			variables.Fixed(name+"=", start+m[2])
			quote(&variables, strings.TrimRight(line[m[4]:m[5]], " \t\r\n"), start+m[4])
			variables.Fixed("\n", start+m[4])
		default:
			if i := strings.Index(line, ";"); i > 0 && strings.Contains(line[:i], ":") && line[0] != '#' {
				recipe(&recipes, line[i+1:], start+i+1, false)
			}
		}
	}
	variables.Append(recipes.Text())
	f.Embed("shell", variables.Text())
}

var (
	assignment = regexp.MustCompile(`^ *(?:export +|override +)*([A-Za-z_]\w*)[ \t]*(?:\?=|::?=|=)[ \t]*([^\n#]*)`)
	reference  = regexp.MustCompile(`\$\([A-Za-z_]\w*\)`)
)

// recipe adds a line of a recipe without its marks, with the variables of make in the
// form of the shell: "$(NAME)" as "${NAME}", "$$" as "$".
func recipe(b *splice.Builder, line string, start int, continued bool) {
	body := strings.TrimLeft(line, " \t")
	if !continued {
		body = strings.TrimLeft(body, "@-+ ")
	}
	expand(b, body, start+len(line)-len(body))
	if !strings.HasSuffix(body, "\n") {
		b.Fixed("\n", start+len(line))
	}
}

func expand(b *splice.Builder, s string, at int) {
	raw := []byte(s)
	for _, m := range reference.FindAllStringIndex(s, -1) {
		if m[0] == 0 || s[m[0]-1] != '$' {
			raw[m[0]+1], raw[m[1]-1] = '{', '}'
		}
	}
	s = string(raw)
	for {
		i := strings.Index(s, "$(")
		if i < 0 || i > 0 && s[i-1] == '$' {
			break
		}
		end := closing(s, i+1)
		dollars(b, s[:i], at)
		b.Fixed("{{make}}", at+i) // a function of make: not known here
		s, at = s[end:], at+end
	}
	dollars(b, s, at)
}

// closing is the offset behind the parenthesis that closes the one at an offset.
func closing(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// dollars adds text in which "$$" is "$".
func dollars(b *splice.Builder, s string, at int) {
	for {
		i := strings.Index(s, "$$")
		if i < 0 {
			break
		}
		b.Copy(s[:i+1], at)
		s, at = s[i+2:], at+i+2
	}
	b.Copy(s, at)
}

// quote adds the value of a variable as one word.
func quote(b *splice.Builder, s string, at int) {
	if strings.ContainsAny(s, "\"`\\") {
		b.Quote(splice.Plain(s, at))
		return
	}
	b.Fixed(`"`, at)
	expand(b, s, at)
	b.Fixed(`"`, at+len(s))
}
