package python

import (
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/modelid"
)

// catalogue reports models that are functions or constants of a library: their names are
// not arguments but parts of the callee.
func (m *machine) catalogue(path string, a *arguments) {
	if !strings.Contains(path, "applications") && !strings.Contains(path, "torch") || strings.HasSuffix(path, "()") {
		return
	}
	parts := strings.Split(path, ".")
	n := len(parts)
	if n < 3 {
		return
	}
	table, name := "", parts[n-1]
	switch {
	case parts[n-2] == "applications" || n > 3 && parts[n-3] == "applications":
		if w, ok := a.at(-1, "weights"); slices.Contains(parts, "keras") && (!ok || textOf(w) != nil && textOf(w).text == "imagenet") {
			table = "keras-applications"
		}
	case parts[0] == "torchvision" && slices.Contains(parts, "models"):
		if wants(a, "pretrained") || wants(a, "weights") {
			table = "torchvision"
		}
	case parts[0] == "torchaudio" && parts[n-1] == "get_model" && parts[n-3] == "pipelines":
		table, name = "torchaudio", parts[n-2]
	}
	if table == "" {
		return
	}
	if id, ok := modelid.Alias(table, name); ok {
		m.atCall(id, path, a)
	}
}

// wants tells whether an argument that turns a download on is given, and neither false nor
// None.
func wants(a *arguments, name string) bool {
	k, ok := a.named(name)
	flag, _ := k.value.flag()
	return ok && flag != "false" && flag != "none"
}
