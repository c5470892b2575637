package pickle_test

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/pickle"
	"github.com/modelgate/gate/internal/checktest"
	machine "github.com/modelgate/gate/internal/pickle"
)

// denied is what the default policy denies among facts about pickles.
func denied(e gate.Evidence) bool {
	switch d := e.Data.(type) {
	case machine.Import:
		return d.Class == machine.Dangerous
	case machine.Call:
		return d.Class != machine.Safe && d.Class != machine.Constructed
	case machine.Build, machine.Argument, machine.Extension, machine.Frame, pickle.Storage:
		return true
	case machine.PersistentID:
		return d.Problem != ""
	}
	return false
}

// warned is what is reported and not denied.
func warned(e gate.Evidence) bool {
	switch d := e.Data.(type) {
	case machine.Import:
		return d.Class == machine.Unknown
	case machine.Nested, machine.Code, machine.Trailing, machine.Noncanonical, machine.PersistentID, machine.Sibling,
		gate.Malformed, gate.Incomplete:
		return true
	}
	return false
}

// mislabelled are files whose label is that of the test they come from, not of what they
// do, with the reason.
var mislabelled = map[string]string{
	"picklescan/scanner/test_scan_pytorch/data.pkl":                                                       "a tensor and nothing else",
	"fickling/bypasses/test_frame_boundary_divergence/check_safety.pkl":                                   "only None and text",
	"fickling/bypasses/test_frame_boundary_straddle_variants/check_safety.pkl":                            "written again with a sound frame: bytes",
	"fickling/bypasses/test_frame_boundary_straddle_variants/check_safety_1.pkl":                          "the same: text",
	"fickling/bypasses/test_frame_boundary_straddle_variants/check_safety_2.pkl":                          "looks up macos.system, which does not exist: an unknown import",
	"fickling/bypasses/test_frame_boundary_straddle_variants/check_safety_4.pkl":                          "the same: text",
	"fickling/bypasses/test_frame_boundary_straddle_variants/check_safety_5.pkl":                          "the same: a number",
	"fickling/bypasses/test_private_stdlib_allowlist/check_safety_1.pkl":                                  "looks up __future__.annotations",
	"modelaudit/joblib_scanner/test_joblib_scanner_basic/picklebytes.pkl":                                 "an array of joblib",
	"fickling/pickle/test_variable_used_only_inside_a_tuple/check_safety.pkl":                             "sets the state of a list, which raises",
	"modelaudit/cve_detection/test_pickle_scanner_detects_setitem_after_rebuild_tensor/setitem_abuse.pkl": "sets an item on a tensor (CVE-2026-24747)",
}

// TestCorpus judges labelled files, which stand outside the repository: nothing
// malicious passes, nothing benign is denied.
func TestCorpus(t *testing.T) {
	shared := os.Getenv("GATE_SHARED")
	if shared == "" {
		t.Skip("GATE_SHARED is not set")
	}
	root := filepath.Join(shared, "corpus")
	labels, err := os.ReadFile(filepath.Join(root, "labels.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string][4]int{} // files, denied, warned, verified
	for line := range strings.Lines(string(labels)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) < 3 || f[0] == "path" || mislabelled[strings.TrimPrefix(f[0], "peers/")] != "" ||
			// Ordinary models of scikit-learn, called suspicious for the test they come from.
			strings.HasPrefix(f[0], "peers/modelaudit/sklearn_joblib_false_positive/") && f[1] == "suspicious" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, f[0]))
		if err != nil || !checktest.Wants(pickle.Inspector{}, f[0], data) {
			if err == nil && os.Getenv("GATE_VERBOSE") != "" && (strings.HasPrefix(f[0], "own/vm") || strings.HasPrefix(f[0], "own/gadgets") || strings.HasSuffix(f[0], ".pkl")) {
				t.Logf("not wanted: %s %s", f[0], f[1])
			}
			continue
		}
		r := checktest.Inspect(t, pickle.Inspector{}, f[0], data)
		judge(t, f, r, count)
	}
	var keys []string
	for k := range count {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	if c := count["own/benign benign"]; c[3]*10 < c[0]*9 {
		t.Errorf("%d of %d benign files are verified", c[3], c[0])
	}
	for _, k := range keys {
		c := count[k]
		t.Logf("%-28s files %4d  denied %4d  warned %4d  verified %4d", k, c[0], c[1], c[2], c[3])
	}
}

func judge(t *testing.T, label []string, r *checktest.Record, count map[string][4]int) {
	t.Helper()
	group := strings.Join(strings.SplitN(label[0], "/", 3)[:2], "/") + " " + label[1]
	c := count[group]
	c[0]++
	deny, warn := false, false
	for _, e := range r.Evidence {
		deny, warn = deny || denied(e), warn || warned(e)
	}
	for _, child := range r.Children {
		if checktest.Wants(pickle.Inspector{}, child.Name, child.Data) {
			for _, e := range checktest.Inspect(t, pickle.Inspector{}, child.Name, child.Data).Evidence {
				deny = deny || denied(e)
			}
		}
	}
	switch {
	case deny:
		c[1]++
	case warn:
		c[2]++
	}
	if r.State == gate.Verified {
		c[3]++
	}
	count[group] = c
	verbose := os.Getenv("GATE_VERBOSE") != ""
	switch {
	case label[1] == "malicious" && !deny:
		t.Errorf("missed: %s (%s): %s %s\n%s", label[0], label[2], r.State, r.Reason, checktest.JSON(r.Evidence))
	case label[1] == "benign" && deny:
		t.Errorf("alarm: %s: %s\n%s", label[0], r.Reason, checktest.JSON(worst(r)))
	case label[1] == "benign" && r.State != gate.Verified && verbose:
		t.Logf("unproven: %s: %s %s", label[0], r.State, r.Reason)
	case (label[1] == "suspicious" || label[1] == "malformed") && !deny && !warn:
		t.Errorf("silent: %s (%s)", label[0], label[2])
	}
}

func worst(r *checktest.Record) []gate.Evidence {
	var out []gate.Evidence
	for _, e := range r.Evidence {
		if denied(e) {
			out = append(out, e)
		}
	}
	return out
}
