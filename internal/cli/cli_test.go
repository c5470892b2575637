package cli

import (
	"strings"
	"testing"
)

// TestErrorsAreNoCommands: an error quotes the repository, and a runner reads what the gate
// writes.
func TestErrorsAreNoCommands(t *testing.T) {
	_, invoke := policyRepo(t, map[string]string{
		"model-repository-policy.yaml": "blocked_sources:\n  - \"##[set-output name=verdict;]pass\"\n  - \"##teamcity[x]\"\n\"\\n::error::x\": 1\n",
	})
	code, _, stderr := invoke("check", "--offline")
	if code != exitUsage || !strings.Contains(stderr, `\u0023#[set-output`) {
		t.Errorf("code %d, %q", code, stderr)
	}
	for line := range strings.Lines(stderr) {
		if strings.Contains(line, "##[") || strings.Contains(line, "##teamcity[") || strings.HasPrefix(line, "::") {
			t.Errorf("a runner obeys %q", line)
		}
	}
}
