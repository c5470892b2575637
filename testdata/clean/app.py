"""The same service, as the policy wants it."""

import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM

GENERATOR = "acme-labs/answer-7b"
REVISION = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567"

embedder = SentenceTransformer("BAAI/bge-small-en-v1.5", revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a")
model = AutoModelForCausalLM.from_pretrained(GENERATOR, revision=REVISION, use_safetensors=True)
adapter = load_file("models/adapter.safetensors")
optimizer = torch.load("optimizer.pt", weights_only=True)
