package modelid

import (
	"net/url"
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// hubHost cuts the host of the Hub or of a mirror from a URL without its scheme.
func hubHost(body string) (string, bool) {
	host, rest, _ := strings.Cut(body, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:] // a token before the host
	}
	switch strings.ToLower(strings.TrimPrefix(host, "www.")) {
	case "huggingface.co", "hf.co", "hf-mirror.com", "$hf_endpoint", "${hf_endpoint}":
		return rest, true
	}
	return "", false
}

// hubPage reads "org/name[/(resolve|raw|blob|tree)/revision/path]". The other pages of a
// model, and source files shown by blob, are links for people.
func hubPage(p string) (gate.ModelID, bool) {
	parts := segments(p)
	n := min(2, len(parts))
	if len(parts) > 1 && pageVerbs[parts[1]] {
		n = 1 // a legacy id without namespace
	}
	if n == 0 {
		return gate.ModelID{}, false
	}
	m, ok := Hub(strings.TrimSuffix(strings.Join(parts[:n], "/"), ".git"))
	if !ok || len(parts) == n {
		return m, ok && !sitePages[parts[0]]
	}
	if sitePages[parts[0]] {
		return gate.ModelID{}, false
	}
	verb, rest := parts[n], parts[n+1:]
	if !pageVerbs[verb] || len(rest) == 0 {
		return gate.ModelID{}, false
	}
	m.Revision, m.File = pullRequest(rest[0], strings.Join(rest[1:], "/"))
	if media[strings.ToLower(strings.TrimPrefix(path.Ext(m.File), "."))] {
		return gate.ModelID{}, false
	}
	return m, verb != "blob" || WeightsFile(m.File)
}

// hubFile accepts a file of weights on the Hub that is of no model there: of a data set, of
// a space, or by a way to download that hubPage does not know.
func hubFile(text, p string) (gate.ModelID, bool) {
	parts := segments(p)
	for _, s := range parts {
		if downloadVerbs[s] {
			break // what follows may have any name
		}
		if strings.ContainsAny(s, "{}$<>") || strings.Contains(s, "%s") || strings.Contains(s, "%(") {
			return gate.ModelID{}, false // a template
		}
	}
	if len(parts) == 0 || !WeightsFile(parts[len(parts)-1]) {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "url", File: parts[len(parts)-1], URL: text}, true
}

// downloads tells whether a path on the Hub is one of files, and no page for people.
func downloads(p string) bool {
	for _, s := range segments(p) {
		if downloadVerbs[s] {
			return true
		}
	}
	return false
}

// segments are those of the path of a URL, as a server reads them: unescaped, and without
// what dots take back.
func segments(p string) []string {
	p, _, _ = strings.Cut(p, "#")
	p, _, _ = strings.Cut(p, "?")
	var out []string
	for s := range strings.SplitSeq(p, "/") {
		if plain, err := url.PathUnescape(s); err == nil {
			s = plain
		}
		switch s {
		case "", ".":
		case "..":
			out = out[:max(0, len(out)-1)]
		default:
			out = append(out, s)
		}
	}
	return out
}

var (
	sitePages = set("api papers collections tasks join login posts chat learn new pricing enterprise organizations storage")
	pageVerbs = set("resolve raw blob tree")
	// downloadVerbs are segments behind which the Hub hands out files.
	downloadVerbs = set("resolve raw media resolve-cache")

	media = set("png jpg jpeg gif svg webp mp3 mp4 wav flac avi webm pdf md")
)
