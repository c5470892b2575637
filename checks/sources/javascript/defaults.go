package javascript

import (
	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/tokens"
)

// implicit states the model that a pipeline takes for its task.
func (f *finding) implicit(name string, args [][2]int) {
	if name != "pipeline" || len(args) == 0 || args[0][1]-args[0][0] != 1 || f.at(args[0][0]).Kind != tokens.String {
		return
	}
	if id := defaults[f.at(args[0][0]).Text]; id != "" {
		m, ok := modelid.Hub(id)
		if ok {
			f.state(args[0][0], m, "pipeline (default of the task)", nil, gate.Resolved, gate.Location{})
		}
	}
}

// defaults are the models of transformers.js by task (src/pipelines.js).
var defaults = map[string]string{
	"text-classification":            "Xenova/distilbert-base-uncased-finetuned-sst-2-english",
	"sentiment-analysis":             "Xenova/distilbert-base-uncased-finetuned-sst-2-english",
	"token-classification":           "Xenova/bert-base-multilingual-cased-ner-hrl",
	"ner":                            "Xenova/bert-base-multilingual-cased-ner-hrl",
	"question-answering":             "Xenova/distilbert-base-cased-distilled-squad",
	"fill-mask":                      "Xenova/bert-base-uncased",
	"summarization":                  "Xenova/distilbart-cnn-6-6",
	"translation":                    "Xenova/t5-small",
	"text2text-generation":           "Xenova/flan-t5-small",
	"text-generation":                "Xenova/gpt2",
	"zero-shot-classification":       "Xenova/distilbert-base-uncased-mnli",
	"audio-classification":           "Xenova/wav2vec2-base-superb-ks",
	"zero-shot-audio-classification": "Xenova/clap-htsat-unfused",
	"automatic-speech-recognition":   "Xenova/whisper-tiny.en",
	"asr":                            "Xenova/whisper-tiny.en",
	"text-to-audio":                  "Xenova/speecht5_tts",
	"text-to-speech":                 "Xenova/speecht5_tts",
	"image-to-text":                  "Xenova/vit-gpt2-image-captioning",
	"image-classification":           "Xenova/vit-base-patch16-224",
	"image-segmentation":             "Xenova/detr-resnet-50-panoptic",
	"background-removal":             "Xenova/modnet",
	"zero-shot-image-classification": "Xenova/clip-vit-base-patch32",
	"object-detection":               "Xenova/detr-resnet-50",
	"zero-shot-object-detection":     "Xenova/owlvit-base-patch32",
	"document-question-answering":    "Xenova/donut-base-finetuned-docvqa",
	"image-to-image":                 "Xenova/swin2SR-classical-sr-x2-64",
	"depth-estimation":               "Xenova/dpt-large",
	"feature-extraction":             "Xenova/all-MiniLM-L6-v2",
	"embeddings":                     "Xenova/all-MiniLM-L6-v2",
	"image-feature-extraction":       "Xenova/vit-base-patch16-224-in21k",
}
