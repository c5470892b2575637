package modelid

import (
	"regexp"
	"strings"

	"github.com/modelgate/gate"
)

// maxName bounds a short name.
const maxName = 128

// Alias reads a short name in the table of a library: whisper, faster-whisper, whisperx,
// spacy, kerashub, keras-applications, musicgen, encodec, bark, tts, sentence-transformers,
// timm, torchvision, torchaudio, open_clip, stanza, flair, nltk, gpt4all, gensim, clip.
// Tables that name models of the Hub give their Hub ids; the others have the source
// "catalog", or "spacy", and the table as namespace.
func Alias(table, name string) (gate.ModelID, bool) {
	if name == "" || len(name) > maxName {
		return gate.ModelID{}, false
	}
	switch table {
	case "spacy":
		return spacy(name)
	case "sentence-transformers":
		if !strings.HasPrefix(name, "sentence-transformers/") && sentence.MatchString(name) {
			return gate.ModelID{Source: "hf", Namespace: table, Name: name}, true
		}
		return gate.ModelID{}, false
	case "whisperx":
		table = "faster-whisper"
	}
	if names, ok := closed[table]; ok && !names[name] {
		return gate.ModelID{}, false
	} else if shape, open := shapes[table]; !ok && (!open || !shape.MatchString(name)) {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "catalog", Namespace: table, Name: name}, true
}

// spacy reads "en_core_web_lg", with or without the version of its wheel.
func spacy(name string) (gate.ModelID, bool) {
	name, version, _ := strings.Cut(name, "-")
	if !pipeline.MatchString(name) {
		return gate.ModelID{}, false
	}
	version = strings.TrimSuffix(strings.TrimSuffix(version, "-py3-none-any.whl"), ".tar.gz")
	return gate.ModelID{Source: "spacy", Name: name, Revision: version}, true
}

var (
	pipeline = regexp.MustCompile(`^[a-z]{2,3}_(core|dep|ent|sent|pipeline|udv25)_[a-z]+_(sm|md|lg|trf)$`)
	sentence = regexp.MustCompile(`^(all|paraphrase|multi-qa|msmarco|distiluse|clip-ViT|nli|stsb|quora|gtr-t5|sentence-t5|average_word_embeddings|facebook-dpr|allenai-specter|LaBSE|bert-base-nli|roberta-base-nli|xlm-r|distilbert-base-nli|distilbert-multilingual)([-_][A-Za-z0-9._-]*[A-Za-z0-9])?$`)

	// closed tables list every name.
	closed = map[string]map[string]bool{
		"whisper": set(`tiny tiny.en base base.en small small.en medium medium.en large large-v1 large-v2
			large-v3 large-v3-turbo turbo`),
		"faster-whisper": set(`tiny tiny.en base base.en small small.en medium medium.en large large-v1
			large-v2 large-v3 large-v3-turbo turbo distil-large-v2 distil-large-v3 distil-large-v3.5
			distil-medium.en distil-small.en`),
		"musicgen": set(`small medium large melody stereo-small stereo-medium stereo-large stereo-melody
			debug facebook/musicgen-small facebook/musicgen-medium facebook/musicgen-large`),
		"encodec": set("encodec_24khz encodec_48khz"),
		"bark":    set("text coarse fine text_2 coarse_2 fine_2"),
		"clip":    set("RN50 RN101 RN50x4 RN50x16 RN50x64 ViT-B/32 ViT-B/16 ViT-L/14 ViT-L/14@336px"),
		"gensim": set(`fasttext-wiki-news-subwords-300 conceptnet-numberbatch-17-06-300 word2vec-ruscorpora-300
			word2vec-google-news-300 glove-wiki-gigaword-50 glove-wiki-gigaword-100 glove-wiki-gigaword-200
			glove-wiki-gigaword-300 glove-twitter-25 glove-twitter-50 glove-twitter-100 glove-twitter-200`),
	}

	// shapes are the tables that are too long to list: the library knows the name, and
	// the callee makes clear that it is one.
	shapes = map[string]*regexp.Regexp{
		"kerashub":           regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9.]+)+$`),
		"keras-applications": regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`),
		"timm":               regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)?$`),
		"torchvision":        regexp.MustCompile(`^[a-z][a-z0-9_]*$`),
		"torchaudio":         regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`),
		"open_clip":          regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*(/[A-Za-z0-9._-]+)?$`),
		"tts":                regexp.MustCompile(`^(tts|vocoder|voice_conversion)_models/[a-z0-9-]+/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`),
		"stanza":             regexp.MustCompile(`^[a-z]{2,3}(-[a-z]+)?(_[a-z0-9]+)?$`),
		"flair":              regexp.MustCompile(`^[a-z][a-z0-9-]*$`),
		"nltk":               regexp.MustCompile(`^[a-z][a-z0-9_]*$`),
		"gpt4all":            regexp.MustCompile(`^[A-Za-z0-9._-]+\.(gguf|bin)$`),
	}
)

// legacy are the canonical ids of the Hub without a namespace.
var legacy = set(`
	albert-base-v1 albert-base-v2 albert-large-v1 albert-large-v2 albert-xlarge-v1 albert-xlarge-v2
	albert-xxlarge-v1 albert-xxlarge-v2
	bert-base-cased bert-base-cased-finetuned-mrpc bert-base-chinese bert-base-german-cased
	bert-base-german-dbmdz-cased bert-base-german-dbmdz-uncased bert-base-multilingual-cased
	bert-base-multilingual-uncased bert-base-uncased bert-large-cased bert-large-cased-whole-word-masking
	bert-large-cased-whole-word-masking-finetuned-squad bert-large-uncased bert-large-uncased-whole-word-masking
	bert-large-uncased-whole-word-masking-finetuned-squad
	camembert-base ctrl
	distilbert-base-cased distilbert-base-cased-distilled-squad distilbert-base-german-cased
	distilbert-base-multilingual-cased distilbert-base-uncased distilbert-base-uncased-distilled-squad
	distilbert-base-uncased-finetuned-sst-2-english distilgpt2 distilroberta-base
	gpt2 gpt2-large gpt2-medium gpt2-xl openai-gpt roberta-base roberta-base-openai-detector
	roberta-large roberta-large-mnli roberta-large-openai-detector
	t5-11b t5-3b t5-base t5-large t5-small transfo-xl-wt103
	xlm-clm-ende-1024 xlm-clm-enfr-1024 xlm-mlm-100-1280 xlm-mlm-17-1280 xlm-mlm-en-2048 xlm-mlm-ende-1024
	xlm-mlm-enfr-1024 xlm-mlm-enro-1024 xlm-mlm-tlm-xnli15-1024 xlm-mlm-xnli15-1024
	xlm-roberta-base xlm-roberta-large xlm-roberta-large-finetuned-conll02-dutch
	xlm-roberta-large-finetuned-conll02-spanish xlm-roberta-large-finetuned-conll03-english
	xlm-roberta-large-finetuned-conll03-german xlnet-base-cased xlnet-large-cased
	`)
