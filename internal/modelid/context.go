package modelid

import (
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// ContextOf tells by a path what kind of file it is.
func ContextOf(p string) gate.Context {
	p = strings.ToLower(p)
	p, _, _ = strings.Cut(p, "!")
	dir, base := path.Split(p)
	ext := path.Ext(base)
	folders := strings.Split(strings.Trim(dir, "/"), "/")
	switch {
	case isCI(p, base):
		return gate.InCI
	case anyOf(folders, testFolders) || isTest(base, ext):
		return gate.InTest
	case docExtensions[ext] || anyOf(folders, docFolders):
		return gate.InDoc
	case configExtensions[ext] || configNames[base] || strings.HasPrefix(base, "dockerfile") ||
		strings.HasPrefix(base, "modelfile") || strings.HasPrefix(base, ".env") || strings.HasPrefix(base, "requirements"):
		return gate.InConfig
	}
	return gate.InCode
}

func isCI(p, base string) bool {
	for _, dir := range []string{".github/workflows/", ".github/actions/", ".circleci/", ".buildkite/", ".gitlab/ci/", ".tekton/"} {
		if strings.HasPrefix(p, dir) || strings.Contains(p, "/"+dir) {
			return true
		}
	}
	return ciNames[base] || strings.HasPrefix(base, "azure-pipelines") || strings.HasPrefix(base, "jenkinsfile")
}

func isTest(base, ext string) bool {
	stem := strings.TrimSuffix(base, ext)
	return strings.HasPrefix(base, "test_") || strings.HasSuffix(stem, "_test") || strings.HasSuffix(stem, ".test") ||
		strings.HasSuffix(stem, ".spec") || base == "conftest.py"
}

func anyOf(words []string, in map[string]bool) bool {
	for _, w := range words {
		if in[w] {
			return true
		}
	}
	return false
}

var (
	testFolders      = set("test tests testing e2e testdata __tests__ spec unittests")
	docFolders       = set("doc docs documentation website")
	docExtensions    = set(".md .mdx .rst .adoc .markdown")
	configExtensions = set(".yaml .yml .json .json5 .jsonc .toml .cfg .ini .conf .env .properties .tpl .gotmpl .dvc .tfvars .hcl")
	configNames      = set("kitfile .gitmodules .gitattributes")
	ciNames          = set(".gitlab-ci.yml .travis.yml bitbucket-pipelines.yml appveyor.yml .drone.yml cloudbuild.yaml action.yml action.yaml")
)
