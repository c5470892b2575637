package hydra

import (
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/pickle"
)

// frameworks are the packages whose callables configurations of models name. What harms
// in them is in the lists of package pickle, which come first.
var frameworks = words(`nemo nemo_text_processing megatron torch torchvision torchaudio torchmetrics torchdata
	torchtune torchrl pytorch_lightning lightning lightning_fabric omegaconf transformers diffusers accelerate peft
	datasets tokenizers timm einops apex ldm sgm open_clip taming fairseq speechbrain espnet sentencepiece
	sklearn xgboost lightgbm catboost hydra_plugins bionemo monai kornia albumentations segmentation_models_pytorch`)

// indirect are callables of frameworks that call or import what their arguments name, or
// load files.
var indirect = []string{
	"hydra.utils", "hydra._internal.utils", "hydra.compose", "hydra.main", "omegaconf.OmegaConf.load",
	"omegaconf.OmegaConf.register_new_resolver", "omegaconf.OmegaConf.register_resolver",
	"ldm.util.instantiate_from_config", "ldm.util.get_obj_from_str", "sgm.util.instantiate_from_config",
	"sgm.util.get_obj_from_str", "nemo.utils.model_utils.import_class_by_path", "lightning.pytorch.cli",
	"pytorch_lightning.cli", "torch.distributed.run", "torch.distributed.launch",
}

// ordinary are callables that harm in a pickle and are common in configurations, where
// what they are given is named by a target of its own.
var ordinary = []string{
	"functools.partial", "torch.compile", "torch.utils.tensorboard", "datasets.load_dataset", "huggingface_hub",
	"wandb", "logging.getLogger", "warnings.filterwarnings",
}

func under(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return name == p || strings.HasPrefix(name, p+".") })
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// classify judges a dotted name, of which any front may be the module and the rest an
// attribute walk.
func (c *config) classify(name string) string {
	if strings.Contains(name, "${") {
		return "unknown"
	}
	parts := strings.Split(name, ".")
	if slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, "__") }) {
		return "dangerous"
	}
	if len(parts) == 1 {
		parts = []string{"builtins", name} // a callable of no module is one of Python's
	}
	if under(name, ordinary) && !walks(parts) {
		return "unknown"
	}
	last := len(parts) - 1
	known, _, _ := c.lists.Classify(strings.Join(parts[:last], "."), parts[last])
	if known == pickle.Safe {
		return "safe"
	}
	if known == pickle.Dangerous || walks(parts) || under(name, indirect) {
		return "dangerous"
	}
	if frameworks[parts[0]] || parts[0] == "hydra" {
		return "safe"
	}
	return "unknown"
}

// walks tells whether a name goes through the module of a standard library that another
// module has imported: nemo.utils.os.system.
func walks(parts []string) bool {
	for i := 1; i+1 < len(parts); i++ {
		if modules[parts[i]] {
			return true
		}
	}
	return false
}

// modules are those of Python's library that others import under their own name and that
// no framework has as a part.
var modules = words(`os posix nt sys subprocess builtins importlib runpy pty socket shutil ctypes pickle marshal
	codeop pkgutil tempfile shlex webbrowser urllib cloudpickle dill joblib pexpect`)
