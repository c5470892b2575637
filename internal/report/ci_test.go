package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
)

func TestGitLab(t *testing.T) {
	var issues []quality
	if err := json.Unmarshal([]byte(render(t, "gitlab-codequality", Options{Prefix: "sub/"})), &issues); err != nil {
		t.Fatal(err)
	}
	severities, prints := map[string]int{}, map[string]bool{}
	for _, i := range issues {
		severities[i.Severity]++
		prints[i.Fingerprint] = true
		if !strings.HasPrefix(i.Location.Path, "sub/") || i.Location.Lines.Begin < 1 || strings.ContainsAny(i.Description, "\x1b\n") {
			t.Errorf("%+v", i)
		}
	}
	if len(issues) != 4 || severities["blocker"] != 3 || severities["minor"] != 1 || len(prints) != 4 {
		t.Errorf("severities %v of %d issues with %d fingerprints", severities, len(issues), len(prints))
	}
	var b bytes.Buffer
	if err := GitLab(&b, &gate.Report{}, Options{}); err != nil || b.String() != "[]\n" {
		t.Errorf("nothing is %q, %v", &b, err)
	}
}

func TestJUnit(t *testing.T) {
	var all junitSuites
	text := render(t, "junit", Options{})
	if err := xml.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	if all.Tests != 2 || all.Failures != 3 || len(all.Suites) != 1 || len(all.Suites[0].Cases) != 2 {
		t.Fatalf("%+v", all)
	}
	warned, denied := all.Suites[0].Cases[0], all.Suites[0].Cases[1]
	if len(warned.Failures) != 0 || warned.Output != "warning: app.py:2:5: org/m is not pinned" {
		t.Errorf("%+v", warned)
	}
	if denied.Failures[0].Text != "m.pkl!data.pkl (byte 7): m.pkl imports os.system\nConvert it." || denied.Output != "waived: old.pkl: old" {
		t.Errorf("%+v", denied)
	}
	if strings.Contains(text, "\x1b") || strings.Contains(text, "<img") {
		t.Error("markup got through")
	}
}

// TestAnchored: what is wrong in a file of a registry is shown where the model is asked for.
func TestAnchored(t *testing.T) {
	v := gate.Violation{Message: "imports os.system", At: gate.Location{Path: "hf:a/b@main/m.bin!data.pkl", Offset: 3}, Related: []gate.Location{{Path: "app.py", Line: 2}, {Path: "b.py", Line: 3}}}
	got := anchored(v)
	if got.At.Path != "app.py" || got.At.Line != 2 || len(got.Related) != 1 || got.Message != "imports os.system (in hf:a/b@main/m.bin!data.pkl)" {
		t.Errorf("%+v", got)
	}
	if v.Related = nil; anchored(v).At != v.At {
		t.Error("without a reference the place is the file")
	}
}

// TestSARIFFixes: an edit is placed by UTF-16 units, whatever stands before it in the line.
func TestSARIFFixes(t *testing.T) {
	r := sample()
	line := "s = \"\U0001F600é\"; m = load(\"org/m\")\n"
	column := strings.Index(line, ")") + 1
	place := gate.Location{Path: "app.py", Line: 2, Column: column, EndLine: 2, EndColumn: column}
	r.Violations[0].Fix = &gate.Fix{Description: "pin it", Edits: []gate.Edit{{At: place, Text: ", revision=\"abc\""}}}
	var b bytes.Buffer
	if err := SARIF(&b, r, Options{Files: fstest.MapFS{"app.py": {Data: []byte("import x\n" + line)}}, Prefix: "sub/"}); err != nil {
		t.Fatal(err)
	}
	var log struct {
		Runs []struct {
			Properties map[string]int
			Results    []struct {
				Fixes []struct {
					ArtifactChanges []struct {
						ArtifactLocation struct{ URI string }
						Replacements     []struct {
							DeletedRegion   struct{ StartLine, StartColumn, EndLine, EndColumn int }
							InsertedContent struct{ Text string }
						}
					}
				}
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, res := range log.Runs[0].Results {
		for _, fix := range res.Fixes {
			found++
			change := fix.ArtifactChanges[0]
			at := change.Replacements[0].DeletedRegion
			// The face is 4 bytes and 2 units, the letter 2 bytes and 1 unit.
			if change.ArtifactLocation.URI != "sub/app.py" || at.StartLine != 2 || at.StartColumn != column-3 || at.EndColumn != column-3 || change.Replacements[0].InsertedContent.Text != ", revision=\"abc\"" {
				t.Errorf("%+v", change)
			}
		}
	}
	if found != 1 || log.Runs[0].Properties["waived"] != 1 {
		t.Errorf("%d fixes, properties %v", found, log.Runs[0].Properties)
	}
}
