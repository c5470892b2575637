package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/cli"
	"github.com/modelgate/gate/internal/hub/hubtest"
	"github.com/modelgate/gate/internal/modeltest"
)

// TestLargeModel: a model of 70 billion parameters, in safetensors and as the torch archives
// from before, is judged for a small part of its bytes.
func TestLargeModel(t *testing.T) {
	h := hubtest.New(hubtest.Options{})
	defer h.Close()
	const shards, tensors, each = 15, 48, 96 << 20 // 15 files of 4.8 GB, twice
	files := map[string]hubtest.File{
		"config.json":            hubtest.Text(`{"model_type": "llama"}`),
		"generation_config.json": hubtest.Text(`{"temperature": 0.6}`),
		"tokenizer_config.json":  hubtest.Text(`{"model_max_length": 8192}`),
	}
	var state []string
	for i := range tensors {
		state = append(state, modeltest.Str(fmt.Sprintf("model.layers.%d.self_attn.q_proj.weight", i)), modeltest.Tensor(fmt.Sprint(i), each/4), "s")
	}
	pickle := modeltest.Pickle("}" + strings.Join(state, ""))
	for i := range shards {
		safe, torch := modeltest.SparseSafetensors(tensors, each), modeltest.SparseTorch(pickle, tensors, each)
		files[fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, shards)] = hubtest.Sparse(safe.Size, safe)
		files[fmt.Sprintf("pytorch_model-%05d-of-%05d.bin", i+1, shards)] = hubtest.Sparse(torch.Size, torch)
	}
	h.Org("acme", hubtest.Account{Created: time.Now().AddDate(-3, 0, 0), Verified: true})
	h.Repo("acme/large-70b", hubtest.Repo{Created: time.Now().AddDate(-2, 0, 0)}).Commit("first", time.Now().AddDate(-2, 0, 0), files)

	report := filepath.Join(t.TempDir(), "r.json")
	env := map[string]string{"HF_ENDPOINT": h.URL}
	var errs bytes.Buffer
	c := cli.Command{Stdin: &bytes.Buffer{}, Stdout: &bytes.Buffer{}, Stderr: &errs, Getenv: func(k string) string { return env[k] }, Version: "test"}
	started := time.Now()
	if code := c.Main(t.Context(), []string{"scan", "hf:acme/large-70b", "--report", "json=" + report}); code != 0 {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var r gate.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	a := r.Artifacts[0]
	var size int64
	for _, f := range a.Files {
		size += f.Size
		if strings.HasSuffix(f.Path, ".safetensors") && f.State != gate.Verified || strings.HasSuffix(f.Path, ".bin") && f.State == gate.Unread {
			t.Errorf("%s is %s: %s", f.Path, f.State, f.Reason)
		}
	}
	t.Logf("%d GB judged for %d KB in %d requests, %d to the storage, in %v", size>>30, a.Fetched>>10, a.Requests, len(h.Requests()), time.Since(started).Round(time.Millisecond))
	if a.Fetched > 5<<20 || a.Mode != "range" || size < 130<<30 {
		t.Errorf("%d of %d bytes were fetched, mode %q", a.Fetched, size, a.Mode)
	}
}
