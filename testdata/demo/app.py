"""A small service that answers questions about documents."""

import os
import pickle

import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM, AutoTokenizer

GENERATOR = "acme-labs/answer-7b"

embedder = SentenceTransformer("BAAI/bge-small-en-v1.5", revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a")
tokenizer = AutoTokenizer.from_pretrained(GENERATOR)
model = AutoModelForCausalLM.from_pretrained(GENERATOR, trust_remote_code=True)
reranker = AutoModelForCausalLM.from_pretrained(os.environ["RERANKER"])

with open("models/sentiment.pkl", "rb") as f:
    sentiment = pickle.load(f)

adapter = torch.load("models/adapter.pt", weights_only=False)
