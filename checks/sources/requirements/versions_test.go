package requirements

import (
	"slices"
	"testing"

	"github.com/modelgate/gate/internal/checktest"
)

func TestVersions(t *testing.T) {
	tests := []struct {
		path, text string
		want       []string
	}{
		{"requirements.txt", "numpy\n# torch==1.0\ntorch==2.6.0  # why\nTorch[x]>=2.5 ; python_version<'3.9'\ntorchvision==0.2\n-r torch.txt\n",
			[]string{"version:numpy *", "version:torch ==2.6.0", "version:torch >=2.5"}},
		{"requirements/gpu.txt", "torch @ https://download.pytorch.org/whl/cu118/torch-2.6.0%2Bcu118-cp310-cp310-linux_x86_64.whl\n", []string{"version:torch ==2.6.0+cu118"}},
		{"environment.yml", "name: torch\ndependencies:\n  - conda-forge::pytorch=2.6\n  - numpy\n  - pip:\n    - \"torch==2.6.0\"\n",
			[]string{"version:torch =2.6", "version:numpy *", "version:torch ==2.6.0"}},
		{"pyproject.toml", "[project]\nname = \"torch\"\nkeywords = [\"torch\"]\ndependencies = [\n  \"torch>=2.6,<3\",\n  'numpy',\n]\n[project.optional-dependencies]\na = [\"torch==2.7\"]\n[tool.x]\ny = [\"torch==1.0\"]\n",
			[]string{"version:torch >=2.6,<3", "version:numpy *", "version:torch ==2.7"}},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.9\"\ntorch = \"^2.6\"\nnumpy = {version = \"^1.20\", optional = true}\n[tool.poetry.group.dev.dependencies]\ntorch = {git = \"https://x\"}\n",
			[]string{"version:torch ^2.6", "version:numpy ^1.20", "version:torch *"}},
		{"Pipfile", "[packages]\ntorch = \"==2.6.0\"\n[requires]\npython_version = \"3.9\"\n", []string{"version:torch ==2.6.0"}},
		{"Pipfile.lock", "{\n  \"default\": {\n    \"torch\": {\n      \"hashes\": [],\n      \"version\": \"==2.6.0\"\n    },\n    \"x\": {\n      \"version\": \"==1\"\n    }\n  }\n}\n", []string{"version:torch ==2.6.0"}},
		{"uv.lock", "version = 1\n[[package]]\nname = \"torch\"\nversion = \"2.6.0\"\n[[package]]\nname = \"x\"\nversion = \"1\"\ndependencies = [{ name = \"torch\" }]\n", []string{"version:torch ==2.6.0"}},
		{"setup.py", "setup(install_requires=['torch>=2.6', \"numpy\"], keywords='torch')\n", []string{"version:torch >=2.6"}},
		{"setup.cfg", "[options]\ninstall_requires =\n    torch>=2.6\n", []string{"version:torch >=2.6"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			if !(Finder{}).Wants(tt.path, nil) {
				t.Fatal("not wanted")
			}
			var got []string
			for _, b := range checktest.Find(t, Finder{}, tt.path, "", tt.text).Bindings {
				got = append(got, b.Name+" "+b.Value)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
