package python_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/sources/python"
	"github.com/modelgate/gate/internal/checktest"
)

// TestSinks has a call of each library and what it must, and must not, be taken for. A
// wanted id stands with its source.
func TestSinks(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"pipeline", "from transformers import pipeline\npipeline('ner', model='org/a', tokenizer='org/a')", "hf org/a"},
		{"pipeline default", "from transformers import pipeline\npipeline('summarization')", "hf sshleifer/distilbart-cnn-12-6"},
		{"peft", "from peft import PeftModel\nPeftModel.from_pretrained(base, 'org/a')", "hf org/a"},
		{"peft base object", "from peft import PeftModel\nPeftModel.from_pretrained('org/a', 'org/b')", "hf org/b"},
		{"trl", "from trl import SFTTrainer\nSFTTrainer('org/a', train_dataset='org/d')", "hf org/a"},
		{"unsloth", "from unsloth import FastLanguageModel\nFastLanguageModel.from_pretrained(model_name='org/a')", "hf org/a"},
		{"diffusers", "pipe.load_lora_weights('org/a', weight_name='x.safetensors')", "hf org/a"},
		{"single file", "from diffusers import X\nX.from_single_file('https://huggingface.co/org/a/resolve/main/x.ckpt')", "hf org/a@main"},
		{"scheduler", "from diffusers import S\nS.from_config('org/a')", ""},
		{"snapshot", "from huggingface_hub import snapshot_download\nsnapshot_download('org/a')", "hf org/a"},
		{"data set", "from huggingface_hub import snapshot_download\nsnapshot_download('org/a', repo_type='dataset')", ""},
		{"data set by constant", "from huggingface_hub import snapshot_download\nT = 'dataset'\nsnapshot_download('org/a', repo_type=T)", ""},
		{"load_dataset", "from datasets import load_dataset\nload_dataset('org/a')", ""},
		{"client", "from huggingface_hub import HfApi\napi = HfApi()\napi.hf_hub_download('org/a', 'x')", "hf org/a"},
		{"upload", "from huggingface_hub import HfApi\nHfApi().upload_folder(repo_id='org/a')\nmodel.push_to_hub('org/a')", ""},
		{"hosted", "from huggingface_hub import InferenceClient\nInferenceClient(model='org/a')", ""},
		{"openai", "client.chat.completions.create(model='org/a')", ""},
		{"litellm", "import litellm\nlitellm.completion(model='huggingface/org/a')", ""},
		{"kernels", "from kernels import get_kernel\nget_kernel('org/a')", "hf org/a"},
		{"sentence-transformers", "from sentence_transformers import SentenceTransformer\nSentenceTransformer('all-MiniLM-L6-v2')", "hf sentence-transformers/all-MiniLM-L6-v2"},
		{"vllm", "from vllm import LLM\nLLM(model='org/a', tokenizer='org/a')", "hf org/a"},
		{"sglang", "import sglang as sgl\nsgl.Engine(model_path='org/a')", "hf org/a"},
		{"timm", "import timm\ntimm.create_model('resnet50', pretrained=True)", "catalog timm/resnet50"},
		{"timm, no download", "import timm\ntimm.create_model('resnet50')\ntimm.create_model('resnet50', pretrained=False)", ""},
		{"timm of the Hub", "import timm\ntimm.create_model('hf_hub:org/a', pretrained=True)", "hf org/a"},
		{"torchvision", "import torchvision.models as models\nmodels.resnet50(weights='DEFAULT')", "catalog torchvision/resnet50"},
		{"torchvision, no download", "import torchvision\ntorchvision.models.resnet50(weights=None)", ""},
		{"torchaudio by name", "import torchaudio\nT = {'en': 'WAV2VEC2_ASR_BASE_960H'}\ntorchaudio.pipelines.__dict__[T[x]].get_model()", "catalog torchaudio/WAV2VEC2_ASR_BASE_960H"},
		{"torchaudio", "import torchaudio\nb = torchaudio.pipelines.WAV2VEC2_BASE\nb.get_model()", "catalog torchaudio/WAV2VEC2_BASE"},
		{"torch hub", "import torch\ntorch.hub.load('owner/repo:v1', 'entry')", "torchhub owner/repo@v1"},
		{"torch hub, local", "import torch\ntorch.hub.load('./repo', 'entry', source='local')", ""},
		{"weights URL", "import torch\ntorch.hub.load_state_dict_from_url('https://example.org/x.pth')", "url https://example.org/x.pth"},
		{"requests", "import requests\nrequests.get('https://example.org/x.safetensors')", "url https://example.org/x.safetensors"},
		{"requests of a page", "import requests\nrequests.get('https://example.org/x.json')", ""},
		{"whisper", "import whisper\nwhisper.load_model('large-v3')", "catalog whisper/large-v3"},
		{"faster-whisper", "from faster_whisper import WhisperModel\nWhisperModel('org/a')", "hf org/a"},
		{"pyannote", "from pyannote.audio import Pipeline\nPipeline.from_pretrained('pyannote/x@v1')", "hf pyannote/x@v1"},
		{"TTS", "from TTS.api import TTS\nTTS('tts_models/multilingual/multi-dataset/xtts_v2')", "catalog tts/tts_models/multilingual/multi-dataset/xtts_v2"},
		{"encodec", "from encodec import EncodecModel\nEncodecModel.encodec_model_24khz()", "catalog encodec_24khz"},
		{"spacy", "import spacy\nspacy.load('en_core_web_sm')", "spacy en_core_web_sm"},
		{"spacy, folder", "import spacy\nspacy.load('training/model-best')", ""},
		{"kerashub", "import keras_hub\nkeras_hub.models.X.from_preset('bert_base_en')", "catalog kerashub/bert_base_en"},
		{"keras applications", "from tensorflow.keras import applications\napplications.ResNet50(weights='imagenet')", "catalog keras-applications/ResNet50"},
		{"keras applications, no download", "from tensorflow.keras.applications import ResNet50\nResNet50(weights=None)", ""},
		{"kaggle", "import kagglehub\nkagglehub.model_download('google/gemma/keras/gemma_2b/3')", "kaggle google/gemma/keras/gemma_2b@3"},
		{"mlflow", "import mlflow\nmlflow.pyfunc.load_model('models:/m/3')", "mlflow m@3"},
		{"mlflow, registration", "import mlflow\nmlflow.register_model('runs:/1/m', 'm')", ""},
		{"wandb", "run.use_model('e/p/m:v3')\nimport wandb\nwandb.init().use_model('e/p/m:v3')", "wandb e/p/m@v3"},
		{"langchain", "from langchain_huggingface import HuggingFaceEmbeddings\nHuggingFaceEmbeddings(model_name='org/a')", "hf org/a"},
		{"langchain default", "from langchain_huggingface import HuggingFaceEmbeddings\nHuggingFaceEmbeddings()", "hf sentence-transformers/all-mpnet-base-v2"},
		{"langchain, hosted", "from langchain_huggingface import HuggingFaceEndpoint\nHuggingFaceEndpoint(repo_id='org/a')", ""},
		{"llama_index", "from llama_index.core.embeddings import resolve_embed_model\nresolve_embed_model('local:org/a')", "hf org/a"},
		{"llama.cpp", "from llama_cpp import Llama\nLlama.from_pretrained(repo_id='org/a', filename='*q8.gguf')", "hf org/a"},
		{"ollama", "import ollama\nollama.pull('llama3:8b')", "ollama llama3@8b"},
		{"modelscope", "from modelscope import snapshot_download\nsnapshot_download('org/a', revision='v1')", "modelscope org/a@v1"},
		{"bentoml", "import bentoml\nbentoml.models.HuggingFaceModel('org/a')", "hf org/a"},
		{"sagemaker", "HuggingFaceModel(env={'HF_MODEL_ID': 'org/a', 'HF_MODEL_REVISION': 'v1'})", "hf org/a@v1"},
		{"axolotl", "DictDefault(base_model='org/a', datasets=[{'path': 'org/d'}])", "hf org/a"},
		{"no training run", "x = {'base_model': 'org/a'}", ""},
		{"URI in data", "requests.post(url, json={'url': 'hf://org/a@v1'})", "hf org/a@v1"},
		{"data set URI", "x = 'hf://datasets/org/a'", ""},
		{"keyword of an unknown function", "from mylib import build\nbuild(model_name_or_path='org/a')", "hf org/a"},
		{"unknown function", "from mylib import build\nbuild('org/a', name='org/b')", ""},
		{"loader of another file", "from mylib import load_model\nload_model('org/a')", "hf org/a"},
		{"embedding of a tensor", "import torch.nn as nn\nnn.Embedding.from_pretrained(x)", ""},
		{"model zoo", "from torch.utils import model_zoo\nmodel_zoo.load_url('https://huggingface.co/org/a/resolve/main/m.pth')", "hf org/a@main"},
		{"drive", "import gdown\ngdown.download('https://drive.google.com/uc?id=1', 'm.pth')", "url https://drive.google.com/uc?id=1"},
		{"drive, data", "import gdown\ngdown.download('https://drive.google.com/uc?id=1', 'data.zip')\ngdown.download('https://drive.google.com/uc?id=2', out)", ""},
		{"option with a path that is put together", "M = 'step'\np.add_argument('--checkpoint_path', default=f'{M}/last')\nimport torch", ""},
		{"table of many", "T = {" + manyModels() + "}\nfrom transformers import AutoModel\nAutoModel.from_pretrained(T[x]['id'])", "hf org/m"},
		{"option without a sink", "p.add_argument('--model-path', default='org/a')\nimport torch", "hf org/a"},
		{"option that is no model", "p.add_argument('--dataset', default='org/a')\np.add_argument('--hub_model_id', default='org/a')\nimport torch", ""},
		{"option of a hosted model", "p.add_argument('--model', default='openai/gpt-4o')\nimport torch", ""},
		{"settings field", "class S(BaseSettings):\n  EMBEDDING_MODEL: str = 'org/a'\nimport torch", "hf org/a"},
		{"shipped weights", "from ultralytics import YOLO\nYOLO('weights/best.pt')", "local weights/best.pt"},
		{"onnxruntime", "import onnxruntime as ort\nort.InferenceSession('models/x.onnx')", "local models/x.onnx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, ref := range find(t, tt.code).References {
				if ref.Resolution != gate.Dynamic {
					got = append(got, ref.Model.Source+" "+ref.Model.String())
				}
			}
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			if got = slices.Compact(got); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q in\n%s", got, want, tt.code)
			}
		})
	}
}

// manyModels are the items of a table with a mapping for each model.
func manyModels() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "%d: {'id': 'org/m'}, ", i)
	}
	return b.String()
}

func TestDocumentsShowPieces(t *testing.T) {
	text := "from transformers import AutoModel\nAutoModel.from_pretrained('org/a'\n...)x"
	for path, want := range map[string]int{"README.md": 0, "a.py": 1} {
		r := checktest.Find(t, python.Finder{}, path, "python", text)
		if got := len(checktest.Of[gate.Unparsed](r, gate.KindUnparsed)); got != want {
			t.Errorf("%s: %d words of what was not parsed, want %d", path, got, want)
		}
	}
}

func TestTemporaryFoldersAreNoModels(t *testing.T) {
	r := find(t, "import tempfile\nfrom transformers import AutoModel\nwith tempfile.TemporaryDirectory() as d:\n  AutoModel.from_pretrained(d)\nAutoModel.from_pretrained(x)")
	if len(r.References) != 1 || r.References[0].At.Line != 5 {
		t.Errorf("got %s", checktest.JSON(r.References))
	}
}
