package fix

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate/internal/pysyntax"
)

// FuzzFixes holds the fixes of any program to what they promise: together they are applied,
// what was Python still is, and fewer violations are left.
func FuzzFixes(f *testing.F) {
	for _, s := range []string{
		"from transformers import AutoModel\nAutoModel.from_pretrained('org/m', trust_remote_code=True)\n",
		"import torch, yaml\ntorch.load(f, # x\n)\nyaml.load(f)\n", "import numpy as np\nnp.load((f), allow_pickle=True,)\n",
		"from transformers import pipeline\nM = \"org/m\"\npipeline(model=M,\n  revision='main',\n  )\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, fsys := judged("a.py", text), fstest.MapFS{"a.py": {Data: []byte(text)}}
		if err := Attach(context.Background(), r, fsys, known); err != nil {
			t.Fatal(err)
		}
		files, err := Files(fsys, r.Violations)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if errors := pysyntax.Parse(file.New).Errors; len(errors) > len(pysyntax.Parse(file.Old).Errors) {
				t.Errorf("%q becomes %q: %v", file.Old, file.New, errors)
			}
			if left := len(judged("a.py", string(file.New)).Violations); left >= len(r.Violations) {
				t.Errorf("%q becomes %q: %d violations of %d are left", file.Old, file.New, left, len(r.Violations))
			}
			if file.Diff() == "" {
				t.Errorf("%q becomes %q without a diff", file.Old, file.New)
			}
		}
	})
}
