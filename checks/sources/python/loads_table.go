package python

// loads are the calls that can run code from what they load.
var loads = []loader{
	{lib: "torch", call: "load", unsafe: "torch-pickle", flag: "weights_only", safe: "true"},
	{lib: "torch", call: "serialization.load", unsafe: "torch-pickle", flag: "weights_only", safe: "true"},
	{lib: "torch", call: "load_state_dict_from_url", deep: true, unsafe: "torch-pickle", flag: "weights_only", safe: "true", origin: "url"},
	{call: "load_state_dict_from_url", unsafe: "torch-pickle", flag: "weights_only", safe: "true", origin: "url"},
	{lib: "hub", call: "load_url", unsafe: "torch-pickle", origin: "url"},
	{lib: "model_zoo", call: "load_url", unsafe: "torch-pickle", flag: "weights_only", safe: "true", origin: "url"},
	{lib: "torch", call: "hub.load", unsafe: "torch-hub", origin: "hub", flag: "source", safe: "local"},
	{lib: "torch", call: "package.PackageImporter", unsafe: "torch-pickle"},
	{lib: "torch", call: "load_library", deep: true, unsafe: "downloaded-code", origin: "file"},

	{lib: "pickle", call: "load", unsafe: "pickle"},
	{lib: "pickle", call: "loads", unsafe: "pickle", origin: "memory"},
	{lib: "pickle", call: "Unpickler", unsafe: "pickle"},
	{lib: "cPickle", call: "load", unsafe: "pickle"},
	{lib: "cPickle", call: "loads", unsafe: "pickle", origin: "memory"},
	{lib: "_pickle", call: "load", unsafe: "pickle"},
	{lib: "_pickle", call: "loads", unsafe: "pickle", origin: "memory"},
	{lib: "pickle5", call: "load", unsafe: "pickle"},
	{lib: "pickle5", call: "loads", unsafe: "pickle", origin: "memory"},
	{lib: "dill", call: "load", unsafe: "pickle"},
	{lib: "dill", call: "loads", unsafe: "pickle", origin: "memory"},
	{lib: "dill", call: "Unpickler", unsafe: "pickle"},
	{lib: "dill", call: "load_session", unsafe: "pickle"},
	{lib: "dill", call: "load_module", unsafe: "pickle"},
	{lib: "cloudpickle", call: "load", unsafe: "pickle"},
	{lib: "cloudpickle", call: "loads", unsafe: "pickle", origin: "memory"},
	{lib: "joblib", call: "load", unsafe: "pickle"},
	{lib: "shelve", call: "open", unsafe: "pickle", origin: "file"},
	{lib: "jsonpickle", call: "decode", unsafe: "pickle", origin: "memory"},
	{lib: "pandas", call: "read_pickle", unsafe: "pickle"},
	{call: "read_pickle", unsafe: "pickle"},
	{lib: "skops", call: "load", deep: true, unsafe: "pickle", flag: "trusted", safe: "false", optional: true},
	{lib: "mlflow", call: "pyfunc.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "mlflow", call: "sklearn.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "mlflow", call: "pytorch.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "mlflow", call: "statsmodels.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "mlflow", call: "pmdarima.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "mlflow", call: "langchain.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "mlflow", call: "diviner.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "mlflow", call: "fastai.load_model", unsafe: "pickle", origin: "hub"},
	{lib: "bentoml", call: "load_model", deep: true, unsafe: "pickle"},

	{lib: "numpy", call: "load", unsafe: "numpy-pickle", flag: "allow_pickle", safe: "false", optional: true},

	{lib: "keras", call: "load_model", deep: true, unsafe: "keras-code", flag: "safe_mode", safe: "true", optional: true},
	{lib: "keras", call: "enable_unsafe_deserialization", deep: true, unsafe: "keras-code"},
	{call: "enable_unsafe_deserialization", unsafe: "keras-code"},

	{lib: "yaml", call: "load", unsafe: "yaml", flag: "Loader"},
	{lib: "yaml", call: "load_all", unsafe: "yaml", flag: "Loader"},
	{lib: "yaml", call: "unsafe_load", unsafe: "yaml"},
	{lib: "yaml", call: "unsafe_load_all", unsafe: "yaml"},
	{lib: "yaml", call: "full_load", unsafe: "yaml"},
	{lib: "yaml", call: "full_load_all", unsafe: "yaml"},

	{lib: "sys", call: "path.append", unsafe: "downloaded-code", downloaded: true},
	{lib: "sys", call: "path.insert", unsafe: "downloaded-code", downloaded: true, arg: 1},
	{lib: "ctypes", call: "CDLL", unsafe: "downloaded-code", downloaded: true},
	{lib: "ctypes", call: "cdll.LoadLibrary", unsafe: "downloaded-code", downloaded: true},
	{lib: "importlib", call: "util.spec_from_file_location", unsafe: "downloaded-code", downloaded: true, arg: 1},
	{lib: "runpy", call: "run_path", unsafe: "downloaded-code", downloaded: true},
	{call: "exec", unsafe: "downloaded-code", downloaded: true},
	{lib: "tensorflow", call: "load_op_library", unsafe: "downloaded-code", deep: true, origin: "file"},
	{call: "register_custom_ops_library", unsafe: "downloaded-code", origin: "file"},
	{lib: "kernels", call: "get_kernel", unsafe: "downloaded-code", origin: "hub"},
	{lib: "kernels", call: "load_kernel", unsafe: "downloaded-code", origin: "hub"},
}

// unsafeFlag is an argument that makes a call unsafe: a value of it, or "set" for any.
type unsafeFlag struct {
	lib, flag, value, unsafe, origin string
}

// unsafeFlags begin with the one that local functions are asked for, too.
var unsafeFlags = []unsafeFlag{
	{flag: "trust_remote_code", value: "true", unsafe: "remote-code", origin: "hub"},
	{flag: "use_safetensors", value: "false", unsafe: "safetensors-disabled", origin: "hub"},
	{lib: "from_pretrained", flag: "weights_only", value: "false", unsafe: "torch-pickle", origin: "hub"},
	{lib: "load_from_checkpoint", flag: "weights_only", value: "false", unsafe: "torch-pickle"},
	{lib: "from_pretrained", flag: "custom_pipeline", value: "set", unsafe: "remote-code", origin: "hub"},
	{lib: "YAML", flag: "typ", value: "unsafe", unsafe: "yaml"},
	{flag: "allow_dangerous_deserialization", value: "true", unsafe: "pickle"},
}

// unsafeVariables are those of the environment that make loads unsafe.
var unsafeVariables = []struct{ name, unsafe, origin string }{
	{"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "torch-pickle", ""},
	{"TRUST_REMOTE_CODE", "remote-code", "hub"},
	{"HF_HUB_TRUST_REMOTE_CODE", "remote-code", "hub"},
}

// origins are the functions that bring something from somewhere.
var origins = map[string]string{
	"hf_hub_download": "hub", "snapshot_download": "hub", "cached_download": "hub", "model_download": "hub",
	"model_file_download": "hub", "cached_file": "hub", "cached_path": "hub", "from_pretrained": "hub",
	"download_artifacts": "hub", "use_artifact": "hub", "hf_hub_url": "hub", "from_single_file": "hub",
	"urlopen": "url", "urlretrieve": "url", "load_state_dict_from_url": "url", "download_url_to_file": "url",
	"get_file": "url", "load_file_from_url": "url", "download_url": "url", "retrieve": "url",
	"b64decode": "memory", "recv": "memory",
}
