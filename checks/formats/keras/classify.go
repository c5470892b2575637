package keras

import "strings"

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// own are the packages whose modules are Keras's.
var own = words("keras tf_keras keras_core keras_hub keras_nlp keras_cv")

// pure are the modules of Keras whose functions only compute.
var pure = words(`activations losses metrics initializers regularizers constraints ops nn numpy math
	random backend optimizers layers linalg image core`)

// effects are functions of Keras that read, write, fetch or switch the checks off.
var effects = words(`enable_unsafe_deserialization get_file load_model load_weights load_img save_img
	save_model save_weights load_data audio_dataset_from_directory image_dataset_from_directory
	text_dataset_from_directory timeseries_dataset_from_array deserialize_keras_object
	model_from_json from_config register_keras_serializable set_backend model_to_dot plot_model
	clear_session unzip_file extract_archive run_in_process`)

// unsafe are classes of Keras that load what is not in the file.
var unsafe = words("TFSMLayer TorchModuleWrapper ExportArchive BackupAndRestore LambdaCallback RemoteMonitor CSVLogger ModelCheckpoint")

// system are modules of Python's library that no registered class is from.
var system = words(`builtins __builtin__ os posix nt sys subprocess importlib runpy pty socket shutil ctypes
	pickle marshal code codeop types operator functools itertools io tempfile pathlib multiprocessing threading
	asyncio concurrent http urllib requests webbrowser platform signal inspect pkgutil zipimport timeit pdb
	profile cProfile trace site dill cloudpickle joblib torch numpy tensorflow posixpath ntpath`)

// builtin are names of Python's builtins that a function of that module might call; the
// other functions of the module are those of a model's losses and metrics.
var builtin = words(`eval exec compile open input __import__ getattr setattr delattr globals locals vars
	breakpoint exit quit help memoryview map filter print type object super classmethod staticmethod property
	execfile file reload apply`)

// classify names what is not ordinary about a class or function of a module.
func classify(module, name, registered string, function bool) string {
	root, rest, _ := strings.Cut(module, ".")
	switch {
	case module == "" || module == "builtins" && function && !builtin[name]:
		return unqualified(name, registered, function)
	case own[root] || module == "tensorflow.keras" || strings.HasPrefix(module, "tensorflow.keras.") ||
		strings.HasPrefix(module, "tensorflow.python.keras."):
		if problem := ofKeras(rest, name, function); problem != "" || !custom(registered) {
			return problem
		}
		return "custom" // what is registered goes before what the module has
	case !function && !system[root] && strings.Contains(registered, ">"):
		return "custom"
	default:
		return "foreign-module"
	}
}

// unqualified judges a name that only the loader's own tables can resolve.
func unqualified(name, registered string, function bool) string {
	switch {
	case effects[name] && function:
		return "unsafe-function"
	case unsafe[name]:
		return "unsafe-class"
	case custom(registered):
		return "custom"
	}
	return ""
}

// custom tells whether a name is one under which a program registers a class of its own.
func custom(registered string) bool {
	parent, _, ok := strings.Cut(registered, ">")
	return ok && !own[strings.ToLower(parent)]
}

// ofKeras judges an export of Keras. Functions are found under the name of a class too.
func ofKeras(module, name string, function bool) string {
	last := module[strings.LastIndexByte(module, '.')+1:]
	switch {
	case effects[name] || strings.HasSuffix(name, "_from_directory") || strings.Contains("."+module+".", ".datasets."):
		return "unsafe-function"
	case unsafe[name]:
		return "unsafe-class"
	case strings.Contains(name, "."):
		return "unsafe-function" // a walk over attributes
	case lower(name) && !purely(module) && !(last == "" && !function):
		return "function"
	}
	return ""
}

// purely tells whether a part of a module's path is one whose functions only compute.
func purely(module string) bool {
	for part := range strings.SplitSeq(module, ".") {
		if pure[part] {
			return true
		}
	}
	return false
}

// lower tells whether a name begins as functions do.
func lower(name string) bool { return name != "" && name[0] >= 'a' && name[0] <= 'z' }
