package modelid

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
)

// URI reads a URI that names a model: of the Hub and its mirrors, of another registry, or
// of a file of weights. Pages, data sets and spaces are not models.
func URI(text string) (gate.ModelID, bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxText || strings.ContainsAny(text, " \t\n<>\"'`") {
		return gate.ModelID{}, false
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || strings.ContainsAny(scheme, "/.") {
		return hostless(text)
	}
	m, ok := byScheme(strings.ToLower(scheme), rest, text)
	if !ok {
		return hostless(text)
	}
	if m.URL == "" {
		m.URL = text
	}
	return m, true
}

// hostless reads what is written without a scheme: "hf.co/org/name:quant" and an ssh
// address of the Hub.
func hostless(text string) (gate.ModelID, bool) {
	for _, host := range []string{"hf.co/", "huggingface.co/", "git@hf.co:", "git@huggingface.co:"} {
		rest, ok := strings.CutPrefix(text, host)
		if !ok {
			continue
		}
		if before, _, ok := strings.Cut(rest, ":"); ok {
			rest = before // the quantisation that llama.cpp and Ollama pick, no revision
		}
		m, ok := hubPage(rest)
		if !ok && strings.HasSuffix(host, "/") {
			return hubFile("https://"+text, rest)
		}
		m.URL = text
		return m, ok
	}
	return gate.ModelID{}, false
}

func byScheme(scheme, rest, text string) (gate.ModelID, bool) {
	body, slashes := strings.CutPrefix(rest, "//")
	switch scheme {
	case "hf", "huggingface":
		if !slashes {
			return prefixed(rest)
		}
		return hubURI(body)
	case "hf-hub", "hf_hub":
		return hubURI(body)
	case "modelscope":
		m, ok := hubURI(body)
		m.Source = "modelscope"
		return m, ok && slashes
	case "ollama":
		m, ok := Ollama(strings.SplitN(body, "?", 2)[0])
		return m, ok && slashes
	case "oci", "docker":
		m, ok := OCI(body)
		return m, ok && slashes
	case "models", "runs", "mlflow-artifacts":
		return mlflow(scheme, rest, text)
	case "kaggle":
		m, ok := Kaggle(body)
		return m, ok && slashes
	case "djl":
		m, ok := djl(body)
		return m, ok && slashes
	case "pvc":
		return volume(body)
	case "s3", "gs", "gcs", "oss", "abfs", "abfss", "wasbs", "ftp":
		return weightsURL(text, body)
	case "http", "https", "ssh", "git+https":
		return web(text, body)
	}
	return gate.ModelID{}, false
}

// hubURI reads "[type/]org/name[@revision | :revision][/path[@revision]]".
func hubURI(body string) (gate.ModelID, bool) {
	body = strings.TrimSuffix(body, "/")
	first, rest, _ := strings.Cut(body, "/")
	switch first {
	case "model", "models":
		body = rest
	case "dataset", "datasets", "space", "spaces", "kernel", "kernels", "bucket", "buckets":
		return gate.ModelID{}, false
	}
	parts := strings.SplitN(body, "/", 3)
	var m gate.ModelID
	last := parts[min(len(parts), 2)-1]
	name, rev := cutRevision(last)
	id := name
	if len(parts) > 1 {
		id = parts[0] + "/" + name
	}
	m, ok := Hub(id)
	if !ok {
		return m, false
	}
	m.Revision = rev
	if len(parts) == 3 {
		m.Revision, m.File = pullRequest(rev, parts[2])
		if file, branch, ok := strings.Cut(m.File, "@"); ok && rev == "" {
			m.File, m.Revision = file, branch
		}
	}
	return m, true
}

// pullRequest takes the rest of a revision "refs/pr/N" back from a path.
func pullRequest(rev, rest string) (string, string) {
	if rev != "refs" {
		return rev, rest
	}
	parts := strings.SplitN(rest, "/", 3)
	if len(parts) < 2 {
		return rev, rest
	}
	rev += "/" + parts[0] + "/" + parts[1]
	return rev, strings.Join(parts[2:], "/")
}

func cutRevision(s string) (string, string) {
	if i := strings.IndexAny(s, "@:"); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// prefixed reads "huggingface:[task:]org/name[:revision]" of Spice and promptfoo.
func prefixed(rest string) (gate.ModelID, bool) {
	for part := range strings.SplitSeq(rest, ":") {
		if strings.Contains(part, "/") {
			at := strings.Index(rest, part)
			rest = strings.TrimPrefix(rest[at:], "huggingface.co/")
			return hubURI(rest)
		}
	}
	return gate.ModelID{}, false
}

// Ollama reads "[registry/][namespace/]name[:tag]" of Ollama's library; a name on hf.co
// is a model of the Hub.
func Ollama(ref string) (gate.ModelID, bool) {
	if m, ok := hostless(ref); ok {
		return m, ok
	}
	ref = strings.TrimPrefix(strings.TrimPrefix(ref, "registry.ollama.ai/"), "library/")
	return named("ollama", ref)
}

// OCI reads "[registry/]repository[:tag][@digest]" of a registry of containers that
// holds models; a name on hf.co is a model of the Hub.
func OCI(ref string) (gate.ModelID, bool) {
	if m, ok := hostless(ref); ok {
		return m, ok
	}
	return named("oci", ref)
}

// named reads a name in the grammar of container references.
func named(source, ref string) (gate.ModelID, bool) {
	ref, digest, _ := strings.Cut(ref, "@")
	slash := strings.LastIndexByte(ref, '/')
	ns, last := ref[:max(slash, 0)], ref[slash+1:]
	name, tag, _ := strings.Cut(last, ":")
	if digest != "" {
		tag = digest
	}
	if !segment(name) || strings.ContainsAny(tag, "/{}$") {
		return gate.ModelID{}, false
	}
	for part := range strings.SplitSeq(ns, "/") {
		if host, port, ok := strings.Cut(part, ":"); ok && port != "" {
			part = host
		}
		if ns != "" && !segment(part) {
			return gate.ModelID{}, false
		}
	}
	return gate.ModelID{Source: source, Namespace: ns, Name: name, Revision: tag}, true
}

// Kaggle reads "owner/model/framework/variation[/version]".
func Kaggle(handle string) (gate.ModelID, bool) {
	parts := strings.Split(strings.TrimPrefix(handle, "models/"), "/")
	if len(parts) != 4 && len(parts) != 5 {
		return gate.ModelID{}, false
	}
	for _, p := range parts {
		if !segment(p) {
			return gate.ModelID{}, false
		}
	}
	m := gate.ModelID{Source: "kaggle", Namespace: parts[0], Name: strings.Join(parts[1:4], "/")}
	if len(parts) == 5 {
		m.Revision = parts[4]
	}
	return m, true
}

// mlflow reads "models:/name/version", "models:/name@alias" and "runs:/run/path".
func mlflow(scheme, rest, text string) (gate.ModelID, bool) {
	body := strings.TrimLeft(rest, "/")
	if body == rest || body == "" {
		return gate.ModelID{}, false
	}
	m := gate.ModelID{Source: "mlflow", URL: text}
	if scheme != "models" {
		m.Namespace, m.Name, _ = strings.Cut(body, "/")
		if m.Name == "" {
			m.Namespace, m.Name = "", m.Namespace
		}
		return m, true
	}
	if i := strings.LastIndexAny(body, "/@"); i > 0 {
		body, m.Revision = body[:i], body[i+1:]
	}
	m.Name = body
	return m, true
}

// djl reads "group/[org/]name[/version/artifact]" of the Deep Java Library's model zoos;
// its Hugging Face zoos convert models of the Hub.
func djl(body string) (gate.ModelID, bool) {
	group, rest, _ := strings.Cut(strings.TrimSuffix(body, "/"), "/")
	if rest == "" {
		return gate.ModelID{}, false
	}
	if strings.HasPrefix(group, "ai.djl.huggingface") {
		parts := strings.Split(rest, "/")
		m, ok := Hub(strings.Join(parts[:min(2, len(parts))], "/"))
		if ok {
			return m, true
		}
	}
	parts := strings.SplitN(rest, "/", 3)
	m := gate.ModelID{Source: "catalog", Namespace: group, Name: parts[0]}
	if len(parts) > 1 {
		m.Revision = parts[1]
	}
	if len(parts) > 2 {
		m.File = parts[2]
	}
	return m, segment(m.Name)
}

// volume reads "pvc://claim[/path][?model=name]": a model on a volume of the cluster,
// named as Ollama names it where the query says so.
func volume(body string) (gate.ModelID, bool) {
	claim, query, _ := strings.Cut(body, "?")
	if claim == "" {
		return gate.ModelID{}, false
	}
	if v, err := url.ParseQuery(query); err == nil && v.Get("model") != "" {
		return Ollama(v.Get("model"))
	}
	return gate.ModelID{Source: "local", URL: "pvc://" + body}, true
}

// weightsURL accepts the URL of a file of weights.
func weightsURL(text, body string) (gate.ModelID, bool) {
	body, _, _ = strings.Cut(body, "#")
	body, _, _ = strings.Cut(body, "?")
	file := path.Base(body)
	if p := spacyPackage.FindStringSubmatch(file); p != nil {
		return gate.ModelID{Source: "spacy", Name: p[1], Revision: p[2], URL: text}, true
	}
	if !WeightsFile(file) {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "url", File: file, URL: text}, true
}

// storage accepts any URL of a bucket, a volume or a web server.
func storage(text string) (gate.ModelID, bool) {
	scheme, body, ok := strings.Cut(text, "://")
	if !ok || body == "" || len(text) > maxText || strings.ContainsAny(text, " \t\n<>\"'`{}") || body[0] == '$' {
		return gate.ModelID{}, false
	}
	switch strings.ToLower(scheme) {
	case "s3", "gs", "gcs", "oss", "abfs", "abfss", "wasbs", "ftp", "jar", "ngc", "file":
		return gate.ModelID{Source: "url", URL: text}, true
	case "http", "https":
		rest, page := hubHost(body)
		return gate.ModelID{Source: "url", URL: text}, !page || downloads(rest)
	}
	return gate.ModelID{}, false
}

func web(text, body string) (gate.ModelID, bool) {
	if body == "" || body[0] == '?' || body[0] == '#' {
		return gate.ModelID{}, false
	}
	if rest, ok := hubHost(body); ok {
		if m, ok := hubPage(rest); ok {
			return m, true
		}
		return hubFile(text, rest)
	}
	host, rest, _ := strings.Cut(body, "/")
	switch strings.TrimPrefix(host, "www.") {
	case "modelscope.cn", "modelscope.ai":
		rest = strings.TrimPrefix(rest, "models/")
		m, ok := hubPage(rest)
		if !ok {
			return weightsURL(text, body)
		}
		m.Source = "modelscope"
		return m, true
	case "kaggle.com":
		if rest, ok := strings.CutPrefix(rest, "models/"); ok {
			return Kaggle(rest)
		}
		return weightsURL(text, body)
	case "tfhub.dev":
		return gate.ModelID{Source: "url", URL: text}, strings.Contains(rest, "/")
	}
	return weightsURL(text, body)
}

// spacyPackage is the archive of a trained pipeline: language, name, version.
var spacyPackage = regexp.MustCompile(`^([a-z]{2,3}_[a-z0-9_]+)-([0-9][0-9a-z.]*?)(?:-py3-none-any\.whl|\.tar\.gz)$`)
