package python_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestLoads(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"torch", "import torch\ntorch.load(p)", "torch-pickle weights_only=absent"},
		{"torch, false", "import torch\ntorch.load(p, weights_only=False)", "torch-pickle weights_only=false"},
		{"torch, true", "import torch\ntorch.load(p, map_location='cpu',\n weights_only=True)", ""},
		{"torch, constant", "import torch\nSAFE = True\ntorch.load(p, weights_only=SAFE)", ""},
		{"torch, by mapping", "import torch\nkw = {'weights_only': True} if torch.__version__ >= '1.13' else {}\ntorch.load(p, **kw)", ""},
		{"torch, either", "import torch\ntorch.load(p, weights_only=True if x else False)", "torch-pickle weights_only=false"},
		{"torch, none", "import torch\ntorch.load(p, weights_only=None)", "torch-pickle weights_only=none"},
		{"safetensors, none", "from diffusers import P\nP.from_pretrained('org/a', use_safetensors=None)", ""},
		{"torch, pickle module", "import torch\ntorch.load(p, pickle_module=dill)", "torch-pickle pickle_module=?"},
		{"torch, unknown", "import torch\ndef f(w):\n  torch.load(p, weights_only=w)", "torch-pickle weights_only=?"},
		{"torch, imported", "from torch import load as tload\ntload(p)", "torch-pickle weights_only=absent"},
		{"in an argument", "import torch\nm.load_state_dict(torch.load(p))", "torch-pickle weights_only=absent"},
		{"model zoo", "import torch\ntorch.utils.model_zoo.load_url('https://h/m.pth')", "torch-pickle weights_only=absent"},
		{"model zoo, safe", "from torch.utils import model_zoo\nmodel_zoo.load_url('https://h/m.pth', weights_only=True)", ""},
		{"jit", "import torch\ntorch.jit.load(p)", ""},
		{"safetensors", "import safetensors.torch\nsafetensors.torch.load(p)\nfrom safetensors.torch import load_file\nload_file(p)", ""},
		{"pickle", "import pickle\npickle.load(open('x'))", "pickle ="},
		{"pickle, alias", "import cloudpickle as cp\ncp.loads(b)", "pickle ="},
		{"pickle, six", "from six.moves import cPickle\ncPickle.load(f)", "pickle ="},
		{"pickle dump", "import pickle\npickle.dump(x, f)", ""},
		{"json", "import json\njson.load(f)", ""},
		{"joblib", "from sklearn.externals import joblib\njoblib.load('x')", "pickle ="},
		{"pandas", "import pandas as pd\npd.read_pickle('x')", "pickle ="},
		{"shelve", "import shelve\nshelve.open('x')", "pickle ="},
		{"numpy", "import numpy as np\nnp.load(p, allow_pickle=True)", "numpy-pickle allow_pickle=true"},
		{"numpy, default", "import numpy as np\nnp.load(p)\nnp.load(p, allow_pickle=False)", ""},
		{"keras", "import keras\nkeras.models.load_model(p, safe_mode=False)", "keras-code safe_mode=false"},
		{"keras, default", "import keras\nkeras.models.load_model(p)", ""},
		{"keras, switch", "import keras\nkeras.config.enable_unsafe_deserialization()", "keras-code ="},
		{"safe_mode of others", "sampler.run(safe_mode=False)", ""},
		{"remote code", "from transformers import AutoModel\nAutoModel.from_pretrained('org/a', trust_remote_code=True)", "remote-code trust_remote_code=true"},
		{"remote code, config", "from transformers import AutoModel\nAutoModel.from_config(c, trust_remote_code=1)", "remote-code trust_remote_code=true"},
		{"remote code, off", "f(trust_remote_code=False)\nf(trust_remote_code=None)\nkwargs.pop('trust_remote_code')", ""},
		{"remote code, nested", "from x import HuggingFaceEmbeddings\nHuggingFaceEmbeddings(model_kwargs={'trust_remote_code': True})", "remote-code trust_remote_code=true"},
		{"remote code, option", "p.add_argument('--trust_remote_code', action='store_false', default=True)\nimport torch", "remote-code trust_remote_code=true"},
		{"remote code, option off", "p.add_argument('--trust_remote_code', action='store_true')\na = p.parse_args()\nfrom transformers import AutoModel\nAutoModel.from_pretrained('org/a', trust_remote_code=a.trust_remote_code)", ""},
		{"remote code, passed on", "from transformers import AutoModel\ndef f(t=False):\n  AutoModel.from_pretrained('org/a', trust_remote_code=t)", ""},
		{"remote code, passed on by a test", "from transformers import AutoModel\nkw = {}\nif opts.trust_remote_code:\n  kw['trust_remote_code'] = True\nAutoModel.from_pretrained('org/a', **kw)", ""},
		{"remote code, passed on in a test", "from transformers import AutoModel\ndef f(trust_remote_code=False):\n  if trust_remote_code:\n    AutoModel.from_pretrained('org/a', trust_remote_code=True)", ""},
		{"remote code, behind another test", "from transformers import AutoModel\nkw = {}\nif opts.fast:\n  kw['trust_remote_code'] = True\nAutoModel.from_pretrained('org/a', **kw)", "remote-code trust_remote_code=true"},
		{"remote code, a test that holds by default", "from transformers import AutoModel\ndef f(trust_remote_code=True):\n  if trust_remote_code:\n    AutoModel.from_pretrained('org/a', trust_remote_code=True)", "remote-code trust_remote_code=true"},
		{"custom pipeline of this program", "from diffusers import P\nP.from_pretrained('org/a', custom_pipeline='./pipe')", ""},
		{"custom pipeline", "from diffusers import P\nP.from_pretrained('org/a', custom_pipeline='org/b')", "remote-code custom_pipeline=org/b"},
		{"safetensors off", "from diffusers import P\nP.from_pretrained('org/a', use_safetensors=False)", "safetensors-disabled use_safetensors=false"},
		{"variable use_safetensors", "import torch\nuse_safetensors = False", ""},
		{"weights_only off", "from transformers import M\nM.from_pretrained('org/a', weights_only=False)", "torch-pickle weights_only=false"},
		{"torch hub", "import torch\ntorch.hub.load('a/b', 'c')", "torch-hub source=absent"},
		{"torch hub, local", "import torch\ntorch.hub.load('b', 'c', source='local')", ""},
		{"mlflow", "import mlflow\nmlflow.sklearn.load_model(u)", "pickle ="},
		{"mlflow, no pickle", "import mlflow\nmlflow.onnx.load_model(u)", ""},
		{"yaml", "import yaml\nyaml.load(f)", "yaml Loader=absent"},
		{"yaml, safe", "import yaml\nyaml.load(f, Loader=yaml.SafeLoader)\nyaml.load(f, yaml.CSafeLoader)\nyaml.safe_load(f)", ""},
		{"yaml, full", "import yaml\nyaml.load(f, yaml.FullLoader)", "yaml Loader=FullLoader"},
		{"yaml, unsafe", "import yaml\nyaml.unsafe_load(f)", "yaml ="},
		{"faiss", "from langchain_community.vectorstores import FAISS\nFAISS.load_local(p, e, allow_dangerous_deserialization=True)", "pickle allow_dangerous_deserialization=true"},
		{"kernel", "from kernels import get_kernel\nget_kernel('org/a')", "downloaded-code ="},
		{"path of a download", "import sys\nfrom huggingface_hub import snapshot_download\nd = snapshot_download('org/a')\nsys.path.insert(0, d)", "downloaded-code ="},
		{"own path", "import sys, torch\nsys.path.append('src')", ""},
		{"library of a download", "import ctypes, os\nfrom huggingface_hub import snapshot_download\nctypes.CDLL(f\"{snapshot_download('org/a')}/x.so\")", "downloaded-code ="},
		{"environment", "import os\nos.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = '1'", "torch-pickle TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=true"},
		{"comment", "import torch\n# torch.load(p)\n'''torch.load(p)'''", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, l := range checktest.Of[gate.Load](find(t, tt.code), gate.KindLoad) {
				got = append(got, fmt.Sprintf("%s %s=%s", l.Unsafe, l.Flag, l.Value))
			}
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q in\n%s", got, want, tt.code)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	tests := []struct{ code, origin, model string }{
		{"from huggingface_hub import hf_hub_download\ntorch.load(hf_hub_download('org/a', 'x.bin'))", "hub", "org/a"},
		{"from huggingface_hub import snapshot_download\nd = snapshot_download('org/a')\np = os.path.join(d, 'x.bin')\ntorch.load(p)", "hub", "org/a"},
		{"from huggingface_hub import snapshot_download\nd = snapshot_download('org/a')\nwith open(f'{d}/x.bin') as f:\n  torch.load(f)", "hub", "org/a"},
		{"import requests, io\ntorch.load(io.BytesIO(requests.get(u).content))", "url", ""},
		{"torch.load('x.pt')", "file", ""},
		{"torch.load(p)", "", ""},
	}
	for _, tt := range tests {
		loads := checktest.Of[gate.Load](find(t, "import torch, os\n"+tt.code), gate.KindLoad)
		if len(loads) != 1 || loads[0].Origin != tt.origin || loads[0].Model != tt.model {
			t.Errorf("got %+v, want %q of %q in\n%s", loads, tt.origin, tt.model, tt.code)
		}
	}
}

func TestLoadStandsWhereTheValueIs(t *testing.T) {
	code := "from transformers import AutoModel\nTRUST = True\nAutoModel.from_pretrained('org/a',\n  trust_remote_code=TRUST)\n"
	r := find(t, code)
	if len(r.Evidence) != 1 || r.Evidence[0].At.Line != 2 {
		t.Errorf("%s", checktest.JSON(r.Evidence))
	}
}

func TestCommands(t *testing.T) {
	tests := []struct {
		name, code string
		want       []string
	}{
		{"argv", "import subprocess\nsubprocess.run(['vllm', 'serve', 'org/a', '--x', 'a b'])", []string{"vllm serve org/a --x 'a b'"}},
		{"argv that grows", "import subprocess\ncmd = ['vllm', 'serve']\ncmd += ['org/a']\ncmd.append('--x')\nsubprocess.check_call(cmd)", []string{"vllm serve org/a --x"}},
		{"argv with an unknown", "import subprocess\ndef f(m):\n  subprocess.run(['vllm', 'serve', m])", []string{"vllm serve {m}"}},
		{"string", "import os\nM = 'org/a'\nos.system(f'vllm serve {M} --port {p}')", []string{"vllm serve org/a --port {p}"}},
		{"alternatives", "import os\nfor m in ['org/a', 'org/b']:\n  os.system('vllm serve ' + m)", []string{"vllm serve org/a", "vllm serve org/b"}},
		{"unknown runner", "from x import run_cmd\nrun_cmd('python3 -m fastchat.serve.cli --model-path org/a')", []string{"python3 -m fastchat.serve.cli --model-path org/a"}},
		{"notebook command", "M = 'org/a'\nget_ipython().system(f\"vllm serve {M}\\n\")", []string{"vllm serve org/a\n"}},
		{"printed", "import torch\nprint('python3 -m x --model-path org/a')", nil},
		{"no command", "import torch\nrun_cmd('hello world')", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			r := find(t, tt.code)
			for _, e := range r.Embeds {
				got = append(got, string(e.Source.Text))
				i := strings.Index(string(e.Source.Text), "org/a")
				if i < 0 {
					continue
				}
				at := e.Source.At(i, i+5)
				if line := strings.Split(tt.code, "\n")[at.Line-1]; !strings.HasPrefix(line[at.Column-1:], "org/a") {
					t.Errorf("org/a is said to be at %+v in\n%s", at, tt.code)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q in\n%s", got, tt.want, tt.code)
			}
		})
	}
}

func TestEscapesInCommands(t *testing.T) {
	code := `import os
os.system("vllm \"b\"\t\x41 \u00e9 \
org/a " r'\n ' 'org/b')`
	r := find(t, code)
	if len(r.Embeds) != 1 {
		t.Fatalf("%d embeds", len(r.Embeds))
	}
	e := r.Embeds[0].Source
	for _, s := range []string{"org/a", "org/b"} {
		i := strings.Index(string(e.Text), s)
		at := e.At(i, i+len(s))
		if line := strings.Split(code, "\n")[at.Line-1]; i < 0 || !strings.HasPrefix(line[at.Column-1:], s) {
			t.Errorf("%q is said to be at %+v", s, at)
		}
	}
}

func TestLoadsThatRelyOnADefaultAreBound(t *testing.T) {
	for code, want := range map[string]string{
		"import numpy as np\nnp.load(f)":                                "load:numpy=numpy.load",
		"import keras\nkeras.models.load_model(p)":                      "load:keras=keras.models.load_model",
		"from tensorflow.keras.models import load_model\nload_model(p)": "load:tensorflow=tensorflow.keras.models.load_model",
		"import numpy as np\nnp.load(f, allow_pickle=False)":            "",
		"import numpy as np\nnp.load(f, allow_pickle=True)":             "",
		"import numpy as np\nnp.save(f, x)":                             "",
	} {
		got := ""
		for _, b := range find(t, code).Bindings {
			got += b.Name + "=" + b.Value
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", code, got, want)
		}
	}
}
