package fix

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// reach is how far from a model the revision beside it is looked for.
const reach = 2000

// revisionKey matches a key or an option that holds a revision, before its value.
var revisionKey = regexp.MustCompile(`(?:^|[\s"',{(\[])-{0,2}(?:model_|hf_model_|option_|hf_)?revision(?:_of_model)?["']?(?:\s*[:=]\s*|\s+)["']?|(?i:\b(?:hf_model_|option_|model_)?revision=["']?)`)

// replaced are the places near a model where its mutable revision is written, the nearest
// first.
func (p *planner) replaced(ref gate.Reference, commit string) []candidate {
	rev, at := ref.Args["revision"], p.old.start(ref.At)
	if rev == "" || rev != ref.Model.Revision || at < 0 {
		return nil
	}
	from, to := max(0, at-reach), min(len(p.old.text), at+reach)
	var places []int
	for _, m := range revisionKey.FindAllIndex(p.old.text[from:to], -1) {
		i := from + m[1]
		if rest := p.old.text[i:]; bytes.HasPrefix(rest, []byte(rev)) && (len(rest) == len(rev) || !wordByte(rest[len(rev)])) {
			places = append(places, i)
		}
	}
	slices.SortFunc(places, func(a, b int) int { return max(a-at, at-a) - max(b-at, at-b) })
	var out []candidate
	for _, i := range places[:min(len(places), 3)] {
		out = append(out, candidate{edits: []edit{{i, i + len(rev), commit}}})
	}
	return out
}

func wordByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c == '/' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// companions are the keys of a revision by the key of the model, of the tools that are
// known to read them; a loader is "shape.path.key".
var companions = []struct{ loader, key, revision string }{
	{"axolotl.base_model", "base_model", "revision_of_model"},
	{"truss.model_cache.repo_id", "repo_id", "revision"},
	{"model_name_or_path", "model_name_or_path", "model_revision"},
	{"env HF_MODEL_ID", "HF_MODEL_ID", "HF_MODEL_REVISION"},
}

// pinKey writes the revision beside a key of a configuration.
func (p *planner) pinKey(ref gate.Reference, commit string) []candidate {
	if len(ref.LoadedAt) > 0 {
		return nil
	}
	if ref.Model.Revision != "" {
		return p.replaced(ref, commit)
	}
	if e, ok := p.suffix(ref, commit); ok {
		return []candidate{{edits: []edit{e}}}
	}
	for _, c := range companions {
		if ref.Loader != c.loader || ref.Args["revision"] != "" {
			continue
		}
		if e, ok := p.beside(p.old.start(ref.At), c.key, c.revision, commit); ok {
			return []candidate{{edits: []edit{e}}}
		}
	}
	return nil
}

// suffix adds the revision to a URI, in the manner of the tool that reads it.
func (p *planner) suffix(ref gate.Reference, commit string) (edit, bool) {
	start, end := p.old.start(ref.At), p.old.end(ref.At)
	if start < 0 || end < start || !bytes.HasPrefix(p.old.text[start:end], []byte("hf://")) {
		return edit{}, false
	}
	switch {
	case strings.HasPrefix(ref.Loader, "kserve."):
		return edit{end, end, ":" + commit}, true
	case strings.HasPrefix(ref.Loader, "truss.weights"):
		return edit{end, end, "@" + commit}, true
	}
	return edit{}, false
}

// keyLine is a key and its value on a line of their own, in YAML, TOML or JSON.
var keyLine = regexp.MustCompile(`^(\s*)((?:- +)*)(["']?)([A-Za-z0-9_]+)(["']?)(\s*[:=]\s*)(["']?)([^\s"',]+)(["']?)(,?)[ \t]*(?:#[^\r\n]*)?(\r?\n|$)`)

// beside adds a line behind that of a key, with a value in the same manner.
func (p *planner) beside(at int, key, companion, value string) (edit, bool) {
	if at < 0 {
		return edit{}, false
	}
	line, _ := p.old.position(at)
	from, to := p.old.starts[line-1], len(p.old.text)
	if line < len(p.old.starts) {
		to = p.old.starts[line]
	}
	m := keyLine.FindStringSubmatch(string(p.old.text[from:to]))
	if m == nil || m[4] != key {
		return edit{}, false
	}
	json := strings.HasPrefix(path.Ext(p.old.path), ".json")
	if json && m[10] == "" {
		return edit{}, false // the last of its object
	}
	end := m[11]
	text := m[1] + strings.Repeat(" ", len(m[2])) + m[3] + companion + m[5] + m[6] + m[7] + value + m[9] + m[10]
	if end == "" {
		return edit{to, to, "\n" + text}, true
	}
	return edit{to, to, text + end}, true
}

// revisioned are the commands that take --revision for the model that they name.
var revisioned = []string{"hf download", "huggingface-cli download", "vllm serve", "vllm.entrypoints.openai.api_server",
	"vllm.entrypoints.api_server", "sglang.launch_server", "text-generation-launcher", "text-embeddings-router", "lmdeploy serve api_server"}

// pinOption gives a command the revision of the model that it names.
func (p *planner) pinOption(ref gate.Reference, commit string) []candidate {
	if ref.Model.Revision != "" {
		return p.replaced(ref, commit)
	}
	end := p.old.end(ref.At)
	if !slices.Contains(revisioned, ref.Loader) || ref.Resolution != gate.Literal || end < 0 {
		return nil
	}
	if end < len(p.old.text) && strings.IndexByte(`"'`, p.old.text[end]) >= 0 {
		end++
	}
	return []candidate{{edits: []edit{{end, end, " --revision " + commit}}}}
}

var (
	trueValue = regexp.MustCompile(`^["']?\s*[:=]\s*["']?(true|yes|on|1)\b|^["']?\s+["']?(true|1)\b`)
	// ownLine is a flag on a line of its own: an item of a list, or of a command that goes on.
	ownLine = regexp.MustCompile(`^[ \t]*(?:- +)?["']?--[a-z_-]+(?:[= ]["']?(?i:true|1))?["']?,?[ \t]*\\?[ \t]*\r?\n`)
	flagEnd = regexp.MustCompile(`^--[a-z_-]+(?:[= ](?i:true|1)\b)?`)
)

// trustOff are the ways to take back the trust of a key or a flag in a configuration or a
// command.
func (p *planner) trustOff(at gate.Location) []candidate {
	start := p.old.start(at)
	if start < 0 {
		return nil
	}
	const drop = "Drop the flag that runs code from the model's repository"
	rest := p.old.text[start:]
	if bytes.HasPrefix(rest, []byte("--")) {
		line := p.old.starts[at.Line-1]
		var out []candidate
		if m := ownLine.FindIndex(p.old.text[line:]); m != nil && line+m[1] > start {
			out = append(out, candidate{description: drop, edits: []edit{{line, line + m[1], ""}}})
		}
		if m := flagEnd.FindIndex(rest); m != nil {
			blank := start - len(bytes.TrimRight(p.old.text[:start], " "))
			out = append(out, candidate{description: drop, edits: []edit{{start - min(blank, 1), start + m[1], ""}}})
		}
		return out
	}
	end := max(start, p.old.end(at))
	m := trueValue.FindSubmatchIndex(bytes.ToLower(p.old.text[end:min(len(p.old.text), end+200)]))
	if m == nil {
		return nil
	}
	from, to := m[2], m[3]
	if from < 0 {
		from, to = m[4], m[5]
	}
	from, to = end+from, end+to
	return []candidate{{description: "Do not run code from the model's repository", edits: []edit{{from, to, opposite(string(p.old.text[from:to]))}}}}
}

// opposite is the other truth value in the same writing.
func opposite(s string) string {
	switch s {
	case "1":
		return "0"
	case "yes":
		return "no"
	case "on":
		return "off"
	case "True":
		return "False"
	case "TRUE":
		return "FALSE"
	}
	return "false"
}
