package bypass

import "strings"

// harmful has names that do harm when they are called with one text, by what they do.
// Each stands for its module; a name in no list is denied when it is called, too.
var harmful = []struct{ technique, names string }{
	{"gadgets, exec", `builtins.eval builtins.exec builtins.compile code.interact code.InteractiveInterpreter runpy.run_path runpy._run_code
		timeit.timeit timeit.main cProfile.run cProfile.runctx profile.run profile.Profile pdb.run pdb.runeval bdb.Bdb trace.Trace doctest.debug_script
		test.support.script_helper.assert_python_ok idlelib.run.Executive idlelib.pyshell.ModifiedInterpreter lib2to3.pgen2.pgen.ParserGenerator
		pip.main pip._internal.main ensurepip.bootstrap venv.create numexpr.evaluate sympy.sympify pandas.eval
		torch._inductor.codecache.compile_file torch._dynamo.guards.GuardBuilder.get torch.fx.graph_module._exec_with_source
		torch.jit.unsupported_tensor_ops.execWrapper torch.utils.collect_env.run torch.utils._config_module.ConfigModule.load_config
		numpy.testing._private.utils.runstring IPython.utils.process.system numpy.f2py.crackfortran.param_eval numpy.distutils.exec_command.exec_command`},
	{"gadgets, process", `os.system os.popen os.execv os.spawnl posix.system nt.system subprocess.Popen subprocess.run subprocess.check_output
		subprocess.getoutput pty.spawn multiprocessing.Process multiprocessing.util.spawnv_passfds platform.popen uuid._get_command_stdout
		imaplib.IMAP4_stream _osx_support._read_output _aix_support._read_cmd_output _pyrepl.pager.pipe_pager webbrowser.open
		asyncio.create_subprocess_shell asyncio.unix_events._UnixSubprocessTransport antigravity.webbrowser os.startfile`},
	{"gadgets, import", `importlib.import_module importlib.reload importlib.util.spec_from_file_location pkgutil.resolve_name pkgutil.get_loader
		pydoc.locate pydoc.pipepager imp.load_source zipimport.zipimporter builtins.__import__ runpy.run_module
		importlib.machinery.SourceFileLoader _frozen_importlib_external.SourceFileLoader`},
	{"gadgets, indirect", `operator.attrgetter operator.methodcaller operator.itemgetter functools.partial functools.reduce itertools.starmap
		types.FunctionType types.MethodType types.CodeType copyreg.add_extension unittest.mock.patch weakref.finalize contextlib.ExitStack
		signal.signal threading.Thread threading.Timer atexit.register logging.config.dictConfig logging.config.fileConfig dask.get
		builtins.getattr builtins.setattr builtins.map builtins.filter builtins.iter builtins.type builtins.globals builtins.vars
		sys.settrace sys.setprofile gc.get_objects inspect.currentframe concurrent.futures.ThreadPoolExecutor sched.scheduler
		numpy.vectorize numpy.apply_along_axis numpy.frompyfunc sklearn.preprocessing.FunctionTransformer functools.singledispatch`},
	{"gadgets, file", `builtins.open io.open io.FileIO io.open_code _io.open codecs.open shutil.rmtree shutil.copy tempfile.mktemp linecache.getlines
		fileinput.input tarfile.open zipfile.ZipFile sqlite3.connect logging.FileHandler os.remove os.mkdir pathlib.Path.write_text
		numpy.memmap numpy.fromfile numpy.loadtxt numpy.genfromtxt numpy.save pandas.read_csv gzip.open bz2.open lzma.open dbm.open
		distutils.file_util.write_file mmap.mmap glob.glob netrc.netrc configparser.ConfigParser.read ctypes.util.find_library`},
	{"gadgets, net", `socket.create_connection socket.socket ssl.get_server_certificate http.client.HTTPSConnection http.server.HTTPServer
		urllib.request.urlopen urllib.request.urlretrieve requests.get ftplib.FTP smtplib.SMTP poplib.POP3 imaplib.IMAP4 telnetlib.Telnet nntplib.NNTP
		xmlrpc.client.ServerProxy torch.hub.load torch.hub.download_url_to_file torch.hub.load_state_dict_from_url wandb.init
		keras.utils.get_file sklearn.datasets.fetch_openml huggingface_hub.hf_hub_download aiohttp.ClientSession httpx.get transformers.AutoModel.from_pretrained
		logging.handlers.SocketHandler asyncio.open_connection`},
	{"gadgets, nested", `pickle.loads pickle.load _pickle.loads pickle.Unpickler dill.loads cloudpickle.loads joblib.load shelve.open marshal.loads
		yaml.load yaml.unsafe_load numpy.load torch.load torch.jit.load pandas.read_pickle mlflow.pyfunc.load_model sklearn.externals.joblib.load
		jsonpickle.decode skops.io.load keras.models.load_model tensorflow.saved_model.load pandas.io.pickle.read_pickle torch.package.PackageImporter`},
	{"gadgets, native", `ctypes.CDLL ctypes.cdll.LoadLibrary ctypes.PyDLL _ctypes.dlopen cffi.FFI torch.ops.load_library torch.classes.load_library
		torch.utils.cpp_extension.load torch.utils.cpp_extension.load_inline numpy.ctypeslib.load_library tensorflow.load_library tensorflow.load_op_library
		_imp.create_dynamic imp.load_dynamic`},
	{"gadgets, denial of service", `resource.setrlimit time.sleep os.abort os._exit os.kill sys.exit faulthandler._sigsegv sys.setrecursionlimit signal.pause`},
}

// gadgets calls each of them.
func gadgets() []Recipe {
	var out []Recipe
	for _, g := range harmful {
		for _, full := range strings.Fields(g.names) {
			dot := strings.LastIndexByte(full, '.')
			out = append(out, one(g.technique, full, "model.pkl", []byte(proto(4, call(full[:dot], full[dot+1:], str("true")))), Denied))
		}
	}
	return append(out, pickles("gadgets, unlisted", Denied,
		[2]string{"function", proto(4, call("acme.tools", "build", str("true")))},
		[2]string{"INST", proto(2, "("+command+"iacme.tools\nBuild\n")},
		[2]string{"OBJ", proto(2, "("+global("acme.tools", "Build")+command+"o")},
	)...)
}
