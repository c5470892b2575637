package sentence

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// read tells what a sentence below a source binds, or what it may have meant.
func read(text string, in Place, source string) string {
	clauses, miss := Parse(text, in, source, []string{"Hugging Face", "Internal Registry"})
	if miss != nil {
		return strings.TrimSpace(fmt.Sprintf("%s near %q", miss.Format, miss.Near))
	}
	var out []string
	for _, c := range clauses {
		out = append(out, fmt.Sprintf("%s %s %s %t %v", c.Rule, c.Level(), c.Environment(), c.Worded(), c.Options()))
	}
	return strings.Join(out, "; ")
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in                 Place
		text, source, want string
	}{
		{Requirement, "Model must have > 1,000 downloads (community vetting)", "", "too-few-downloads deny  true map[min:1001]"},
		{Requirement, "Models should be signed", "", "unsigned-artifact warn  true map[keys:[any]]"},
		{Requirement, "Publisher must be verified on the Hub", "Hugging Face", "unverified-publisher deny  true map[]"},
		{Requirement, "Publisher must be verified on Internal Registry", "Internal Registry", "unverified-publisher deny  true map[]"},
		{Requirement, "Publisher must be verified on Internal Registry", "Hugging Face",
			`near ["unverified-publisher \"Publisher must be a verified organization\"" "unverified-publisher \"Models from unverified namespaces\""]`},
		{Enforcement, "CI gate -- builds fail if blocked formats are found", "", "enforcement-missing warn  false map[stages:[ci]];  deny  false map[]"},
		{RemoteCode, "Never in production, requires review for research", "",
			"remote-code-enabled deny production true map[review:[]]; remote-code-enabled deny research true map[review:[research]]"},
		{Signatures, "Optional for research", "", "unsigned-artifact ignore research true map[keys:[any]]"},
		{BlockedFormat, "torch.save (without safetensors)", "", "blocked-format deny  false map[formats:[torch] unless_sibling:map[torch:safetensors]]"},
		{BlockedFormat, "pickel", "", `pickel near ["pickle"]`},
		{Requirement, "Models must not be signed", "", `near ["unsigned-artifact   \"Model must be signed with internal signing key\""]`},
		{Checksums, "", "", `near ["unlocked-artifact   \"Required for all model artifacts\"" "unlocked-artifact   \"false\""]`},
	} {
		if got := read(c.text, c.in, c.source); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestForms(t *testing.T) {
	for in := Requirement; in <= Vulnerabilities; in <<= 1 {
		list := Forms(in)
		if len(list) == 0 {
			t.Errorf("no forms in place %d", in)
		}
		for _, f := range list {
			clauses, miss := Parse(f.Example, in, "Hugging Face", nil)
			if miss != nil || !slices.ContainsFunc(clauses, func(c Clause) bool { return c.Rule == f.Rule }) {
				t.Errorf("the example %q does not bind to %s", f.Example, f.Rule)
			}
		}
	}
	f := Forms(BlockedFormat)[0]
	if got := fmt.Sprint(f.Of("torch", "").Options()); got != "map[formats:[torch] unless_sibling:map[]]" {
		t.Errorf("blocking torch sets %s", got)
	}
	for _, f := range Forms(Requirement) {
		if f.Value != "" && f.Bare().Options() != nil {
			t.Errorf("the bare form of %s sets %v", f.Rule, f.Bare().Options())
		}
	}
}

func TestNames(t *testing.T) {
	if !Same("HuggingFace Hub", "the Hub") || Same("Hub", "Registry") {
		t.Error("names of sources are not compared by their normal form")
	}
	if family, near := Format("DILL"); family != "pickle" || near != nil {
		t.Errorf("dill is %q, near %q", family, near)
	}
	if !IsKey("internal") || IsKey("any key") || IsKey("-x") {
		t.Error("wrong names of keys")
	}
}

func FuzzParse(f *testing.F) {
	for _, form := range forms {
		f.Add(form.Example)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for in := Requirement; in <= Vulnerabilities; in <<= 1 {
			clauses, miss := Parse(text, in, "", []string{text})
			if (len(clauses) > 0) == (miss != nil) {
				t.Errorf("%q: %d clauses, %v", text, len(clauses), miss)
			}
		}
	})
}
