package pysource

import "strings"

// sinks are the functions whose calls are stated, by the names of their modules.
var sinks = tableOf(
	// Processes.
	"os: system popen popen2 popen3 popen4 startfile fork forkpty",
	"posix: system popen fork posix_spawn posix_spawnp execv execve fork_exec",
	"nt: system popen startfile execv execve spawnv spawnve",
	"subprocess: run call Popen check_call check_output getoutput getstatusoutput",
	"_posixsubprocess: fork_exec", "commands: getoutput getstatusoutput", "popen2: popen2 popen3 popen4 Popen3",
	"pty: spawn fork", "platform: popen", "asyncio: create_subprocess_exec create_subprocess_shell",
	"asyncio.subprocess: create_subprocess_exec create_subprocess_shell", "pexpect: spawn run spawnu",
	"distutils.spawn: spawn", "webbrowser: open open_new open_new_tab", "pip: main", "pip._internal: main",
	"pip._internal.cli.main: main", "ensurepip: bootstrap", "venv: create", "sh: Command bash sh curl wget",
	"IPython.utils.process: system getoutput", "torch.utils.collect_env: run", "invoke: run",
	"numpy.testing._private.utils: runstring", "mlflow.projects.backend.local: _run_entry_point",
	"numpy.distutils.exec_command: exec_command", "torch.distributed.launcher: elastic_launch",
	// Code from text, files and names.
	": eval exec compile execfile __import__",
	"runpy: run_path run_module _run_code", "code: interact InteractiveInterpreter InteractiveConsole",
	"codeop: compile_command", "timeit: timeit repeat Timer", "cProfile: run runctx", "profile: run runctx",
	"pdb: run runeval runcall set_trace", "bdb: Bdb", "trace: Trace", "doctest: run_docstring_examples",
	"importlib.util: spec_from_file_location spec_from_loader module_from_spec",
	"importlib.machinery: SourceFileLoader SourcelessFileLoader ExtensionFileLoader",
	"imp: load_source load_module load_dynamic load_compiled load_package", "zipimport: zipimporter",
	"pkgutil: resolve_name", "pydoc: locate safeimport pipepager", "types: FunctionType CodeType",
	"numexpr: evaluate",
	// Network.
	"socket: socket create_connection create_server socketpair", "_socket: socket", "ssl: wrap_socket",
	"socketserver: TCPServer UDPServer ThreadingTCPServer",
	"requests: get post put patch delete head options request Session session",
	"requests.api: get post put patch delete head options request", "requests.sessions: Session",
	"urllib.request: urlopen urlretrieve Request build_opener URLopener FancyURLopener",
	"urllib: urlopen urlretrieve URLopener", "urllib2: urlopen Request build_opener",
	"urllib3: PoolManager HTTPConnectionPool HTTPSConnectionPool request",
	"http.client: HTTPConnection HTTPSConnection", "httplib: HTTPConnection HTTPSConnection",
	"http.server: HTTPServer ThreadingHTTPServer", "ftplib: FTP FTP_TLS", "smtplib: SMTP SMTP_SSL",
	"telnetlib: Telnet", "poplib: POP3 POP3_SSL", "imaplib: IMAP4 IMAP4_SSL IMAP4_stream", "nntplib: NNTP",
	"xmlrpc.client: ServerProxy", "asyncio: open_connection start_server", "paramiko: SSHClient Transport",
	"aiohttp: ClientSession request", "httpx: get post put patch delete head request stream Client AsyncClient",
	"websocket: create_connection WebSocketApp", "websockets: connect", "wget: download", "pycurl: Curl",
	"dns.resolver: resolve query", "torch.hub: load download_url_to_file",
	// Native code.
	"ctypes: CDLL PyDLL WinDLL OleDLL LibraryLoader", "ctypes.cdll: LoadLibrary", "ctypes.pydll: LoadLibrary",
	"ctypes.windll: LoadLibrary", "_ctypes: dlopen", "cffi: FFI", "numpy.ctypeslib: load_library",
	"torch.ops: load_library", "torch.classes: load_library", "torch.utils.cpp_extension: load load_inline",
	"tensorflow: load_op_library load_library", "_imp: create_dynamic",
	// Unpickling and its like.
	"pickle: load loads Unpickler", "_pickle: load loads Unpickler", "cPickle: load loads Unpickler",
	"dill: load loads Unpickler", "cloudpickle: load loads", "joblib: load", "sklearn.externals.joblib: load",
	"marshal: load loads", "shelve: open", "jsonpickle: decode loads", "pandas: read_pickle",
	"torch.serialization: _load _legacy_load", "yaml: unsafe_load unsafe_load_all",
	// Decoders that patterns for bad code name.
	"base64: b64decode",
)

// typeLike are sinks that are named more often as types than to be called.
var typeLike = setOf("types.FunctionType types.CodeType urllib.request.Request requests.Session requests.sessions.Session socket.socket")

// families are prefixes of names of sinks.
var families = []string{"os.exec", "os.spawn", "os.posix_spawn", "ctypes.cdll.", "ctypes.windll.", "ctypes.pydll.", "ctypes.oledll."}

// guarded are modules of which an attribute that is computed at run time is stated.
var guarded = setOf("os posix nt subprocess builtins socket ctypes importlib pty commands")

// builtin are the names that Python knows without an import, as far as they matter here.
var builtin = setOf(`eval exec compile execfile __import__ getattr setattr vars globals locals chr ord bytes
	bytearray str int list tuple map reversed isinstance issubclass hasattr __builtins__ object type`)

// trusted are the attributes that checkpoints may call or that read them, by module; "*"
// is every attribute.
var trusted = tableOf(
	"collections: OrderedDict Counter defaultdict deque",
	"torch: Size Tensor device load dtype",
	"torch.nn: Parameter", "torch.nn.parameter: Parameter",
	"torch.serialization: *", "torch._weights_only_unpickler: *", "torch.storage: *",
	"torch._tensor: _rebuild_from_type_v2 Tensor",
	"pickle: *", "_pickle: *", "cPickle: *", "copyreg: *", "copy_reg: *", "_codecs: encode", "codecs: encode",
	"joblib: load", "joblib.numpy_pickle: *", "cloudpickle: *", "dill: *",
	"numpy: dtype ndarray load", "numpy.core.multiarray: _reconstruct scalar", "numpy._core.multiarray: _reconstruct scalar",
	"builtins: set frozenset list dict tuple bytearray bytes complex getattr int float str slice range object type",
)

// prefixed are trusted names that share a beginning.
var prefixed = []string{"torch._utils._rebuild_", "pickle.Unpickler.", "pickle._Unpickler.", "_pickle.Unpickler."}

func tableOf(lines ...string) map[string]bool {
	t := map[string]bool{}
	for _, line := range lines {
		module, names, _ := strings.Cut(line, ": ")
		for _, name := range strings.Fields(names) {
			t[strings.TrimPrefix(module+"."+name, ".")] = true
		}
	}
	return t
}

func setOf(words string) map[string]bool {
	t := map[string]bool{}
	for _, w := range strings.Fields(words) {
		t[w] = true
	}
	return t
}

// isSink tells whether calls of a function are stated.
func isSink(name string) bool {
	if sinks[name] {
		return true
	}
	for _, f := range families {
		if strings.HasPrefix(name, f) {
			return true
		}
	}
	return false
}

// isTrusted tells whether unpickling relies on an attribute of a module.
func isTrusted(name string) bool {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return false
	}
	if trusted[name] || trusted[name[:i]+".*"] {
		return true
	}
	for _, p := range prefixed {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	module, class, _ := cutLast(name)
	return module == "torch" && strings.HasSuffix(class, "Storage")
}

func cutLast(name string) (before, after string, found bool) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:], true
	}
	return "", name, false
}
