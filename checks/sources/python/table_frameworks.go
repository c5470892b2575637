package python

// frameworkSinks are those of PyTorch and of runtimes.
var frameworkSinks = []sink{
	{lib: "torch", call: "hub.load", ids: []arg{{0, "repo_or_dir github", torchHub, ""}}},
	{lib: "torch", call: "hub.list", ids: []arg{{0, "github", torchHub, ""}}, quiet: true},
	{lib: "torch", call: "hub.help", ids: []arg{{0, "github", torchHub, ""}}, quiet: true},
	{call: "load_state_dict_from_url", ids: []arg{{0, "url", loadedURL, ""}}, quiet: true},
	{lib: "torch", call: "model_zoo.load_url", ids: []arg{{0, "url", loadedURL, ""}}, quiet: true},
	{call: "download_url_to_file", ids: []arg{{0, "url", weightsURL, ""}}, quiet: true, fetch: true},
	{call: "load_file_from_url", ids: []arg{{0, "url", weightsURL, ""}}, quiet: true},
	{lib: "torch", call: "Embedding*.from_pretrained"}, // takes a tensor
	{lib: "onnxruntime", call: "InferenceSession", ids: []arg{{0, "path_or_bytes", weightsURL, ""}}, quiet: true},
	{lib: "fasttext", call: "load_model", ids: []arg{{0, "path", weightsURL, ""}}, quiet: true},
	{lib: "paddlenlp", call: "Taskflow", ids: []arg{{-1, "model", hub, ""}}, quiet: true},
}

// urlSinks are those that fetch from the web: what they fetch is a model if it has the
// name of a file of weights.
var urlSinks = []sink{
	{call: "urlretrieve", ids: url, quiet: true, fetch: true},
	{call: "urlopen", ids: url, quiet: true, fetch: true},
	{lib: "requests", call: "get", ids: url, quiet: true, fetch: true},
	{lib: "httpx", call: "get", ids: url, quiet: true, fetch: true},
	{lib: "httpx", call: "stream", ids: []arg{{1, "url", weightsURL, ""}}, quiet: true, fetch: true},
	{lib: "wget", call: "download", ids: url, quiet: true, fetch: true},
	{lib: "gdown", call: "download", ids: []arg{{0, "url", loadedURL, ""}}, quiet: true, fetch: true, saved: "output"},
	{lib: "gdown", call: "cached_download", ids: []arg{{0, "url", loadedURL, ""}}, quiet: true, fetch: true, saved: "path"},
	{lib: "pooch", call: "retrieve", ids: url, quiet: true, fetch: true},
	{lib: "tf*", call: "get_file", ids: []arg{{1, "origin", weightsURL, ""}}, quiet: true, fetch: true},
	{lib: "torchvision", call: "download_url", ids: url, quiet: true, fetch: true},
}

var url = []arg{{0, "url", weightsURL, ""}}
