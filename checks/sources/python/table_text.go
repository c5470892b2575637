package python

// textSinks are those of libraries for embeddings and other work on text.
var textSinks = []sink{
	{call: "SentenceTransformer", ids: sentence},
	{call: "CrossEncoder", ids: []arg{{0, "model_name model_name_or_path", hub, ""}}},
	{call: "SparseEncoder", ids: sentence},
	{lib: "sentence_transformers", call: "models.Transformer", ids: []arg{{0, "model_name_or_path", hub, ""}}},
	{lib: "FlagEmbedding", call: "FlagModel", ids: named},
	{lib: "FlagEmbedding", call: "FlagReranker", ids: named},
	{lib: "FlagEmbedding", call: "BGEM3FlagModel", ids: named},
	{lib: "FlagEmbedding", call: "FlagAutoModel.from_finetuned", ids: named},
	{lib: "fastembed", call: "TextEmbedding", ids: named, implicit: "BAAI/bge-small-en-v1.5"},
	{lib: "fastembed", call: "SparseTextEmbedding", ids: named},
	{lib: "fastembed", call: "ImageEmbedding", ids: named},
	{lib: "keybert", call: "KeyBERT", ids: sentence2, quiet: true, implicit: "sentence-transformers/all-MiniLM-L6-v2"},
	{lib: "bertopic", call: "BERTopic", ids: []arg{{-1, "embedding_model", aliases("sentence-transformers"), ""}}, quiet: true},
	{lib: "bert_score", call: "score", ids: []arg{{-1, "model_type", hub, ""}}, quiet: true},
	{lib: "simpletransformers", call: "ClassificationModel", ids: []arg{{1, "model_name", hub, ""}}},

	{lib: "spacy", call: "load", ids: []arg{{0, "name", only("spacy"), ""}}},
	{lib: "spacy", call: "cli.download", ids: []arg{{0, "model", only("spacy"), ""}}},
	{lib: "spacy", call: "load_model", ids: []arg{{0, "name", only("spacy"), ""}}},
	{lib: "stanza", call: "download", ids: []arg{{0, "lang", only("stanza"), ""}}},
	{lib: "stanza", call: "Pipeline", ids: []arg{{0, "lang", only("stanza"), ""}}},
	{lib: "flair", call: "load", ids: []arg{{0, "model_path model", aliases("flair"), ""}}},
	{lib: "flair", call: "TransformerWordEmbeddings", ids: []arg{{0, "model", hub, ""}}},
	{lib: "flair", call: "TransformerDocumentEmbeddings", ids: []arg{{0, "model", hub, ""}}},
	{lib: "nltk", call: "download", ids: []arg{{0, "info_or_id", only("nltk"), ""}}},
	{lib: "gensim", call: "downloader.load", ids: []arg{{0, "name", only("gensim"), ""}}},
	{lib: "gliner", call: "from_pretrained", ids: []arg{{0, fromPretrained, hub, ""}}},

	// LangChain, LlamaIndex, haystack and others that wrap a loader
	{call: "HuggingFaceEmbeddings", ids: []arg{{-1, "model_name model", aliases("sentence-transformers"), ""}}, implicit: "sentence-transformers/all-mpnet-base-v2"},
	{call: "HuggingFaceInstructEmbeddings", ids: []arg{{-1, "model_name", hub, ""}}, implicit: "hkunlp/instructor-large"},
	{call: "HuggingFaceBgeEmbeddings", ids: []arg{{-1, "model_name", hub, ""}}, implicit: "BAAI/bge-large-en"},
	{call: "SentenceTransformerEmbeddings", ids: []arg{{-1, "model_name", aliases("sentence-transformers"), ""}}},
	{call: "SentenceTransformerEmbeddingFunction", ids: []arg{{0, "model_name", aliases("sentence-transformers"), ""}}, implicit: "sentence-transformers/all-MiniLM-L6-v2"},
	{call: "HuggingFacePipeline.from_model_id", ids: []arg{{0, "model_id", hub, ""}}},
	{call: "HuggingFaceCrossEncoder", ids: []arg{{-1, "model_name", hub, ""}}},
	{call: "INSTRUCTOR", ids: []arg{{0, "model_name_or_path", hub, ""}}},
	{lib: "llama_index*", call: "HuggingFaceEmbedding", ids: []arg{{0, "model_name", hub, ""}}, implicit: "BAAI/bge-small-en"},
	{lib: "llama_index*", call: "HuggingFaceLLM", ids: []arg{{-1, "model_name", hub, ""}, {-1, "tokenizer_name", hub, ""}}},
	{lib: "llama_index*", call: "resolve_embed_model", ids: []arg{{0, "embed_model", localPrefix, ""}}, quiet: true},
	{lib: "llama_index*", call: "SentenceTransformerRerank", ids: []arg{{-1, "model", hub, ""}}},
	{lib: "haystack*", call: "SentenceTransformersTextEmbedder", ids: component},
	{lib: "haystack*", call: "SentenceTransformersDocumentEmbedder", ids: component},
	{lib: "haystack*", call: "TransformersSimilarityRanker", ids: component},
	{lib: "haystack*", call: "SentenceTransformersSimilarityRanker", ids: component},
	{lib: "haystack*", call: "HuggingFaceLocalGenerator", ids: component},
	{lib: "haystack*", call: "HuggingFaceLocalChatGenerator", ids: component},
	{lib: "haystack*", call: "ExtractiveReader", ids: component},
	{call: "Ollama", ids: []arg{{-1, "model", ollama, ""}}, quiet: true},
	{call: "OllamaLLM", ids: []arg{{-1, "model", ollama, ""}}, quiet: true},
	{call: "ChatOllama", ids: []arg{{-1, "model", ollama, ""}}, quiet: true},
	{call: "OllamaEmbeddings", ids: []arg{{-1, "model", ollama, ""}}, quiet: true},
	{lib: "ollama", call: "pull", ids: []arg{{0, "model", ollama, ""}}},
	{lib: "ollama", call: "chat", ids: []arg{{0, "model", ollama, ""}}, quiet: true},
	{lib: "ollama", call: "generate", ids: []arg{{0, "model", ollama, ""}}, quiet: true},
}

var (
	sentence  = []arg{{0, "model_name_or_path", aliases("sentence-transformers"), ""}}
	sentence2 = []arg{{0, "model", aliases("sentence-transformers"), ""}}
	named     = []arg{{0, "model_name_or_path model_name model_name_or_path", hub, ""}}
	component = []arg{{0, "model model_name_or_path", hub, ""}}
)
