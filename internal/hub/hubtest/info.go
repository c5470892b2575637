package hubtest

import (
	"fmt"
	"slices"
	"strings"
)

// expandable are the fields that ?expand= may name.
var expandable = []string{
	"author", "baseModels", "cardData", "childrenModelCount", "config", "createdAt", "disabled", "downloads",
	"downloadsAllTime", "evalResults", "gated", "gguf", "inference", "inferenceProviderMapping", "lastModified",
	"library_name", "likes", "mask_token", "model-index", "pipeline_tag", "private", "resourceGroup", "safetensors",
	"sha", "siblings", "spaces", "tags", "transformersInfo", "trendingScore", "usedStorage", "widgetData", "xetEnabled",
}

// info is a model at a revision. The revision is in the path: the Hub ignores it in the
// query and answers for main, which is refused here so that nobody relies on it.
func info(v *visit) answer {
	q := v.URL.Query()
	if q.Has("revision") {
		return refuse(400, "", "the revision belongs into the path")
	}
	r, no := v.repo()
	if no != nil {
		return *no
	}
	c, no := v.commit(r)
	if no != nil && v.PathValue("rev") != "" {
		return *no
	}
	all := r.fields(c, truth(q.Get("blobs")))
	body := object{"_id": r.ID, "id": r.Name}
	asked := append(slices.Clone(q["expand"]), q["expand[]"]...)
	for _, name := range asked {
		if !slices.Contains(expandable, name) {
			return refuse(400, "", fmt.Sprintf("Invalid option: expected one of %q", expandable))
		}
		if value, ok := all[name]; ok {
			body[name] = value
		}
	}
	if len(asked) > 0 {
		return reply(body)
	}
	delete(all, "xetEnabled")
	all["_id"], all["id"], all["modelId"] = r.ID, r.Name, r.Name
	if truth(q.Get("securityStatus")) {
		all["securityRepoStatus"] = r.security()
	}
	return reply(all)
}

func (r *Repository) fields(c *commit, blobs bool) object {
	out := object{
		"author": r.owner(), "createdAt": stamp(r.Created), "private": r.Private, "disabled": r.Disabled, "gated": false,
		"downloads": r.Downloads, "downloadsAllTime": r.DownloadsAll, "likes": r.Likes, "tags": r.tagList(),
		"cardData": r.card(), "spaces": []string{}, "usedStorage": r.used(c), "lastModified": stamp(r.Created),
		"siblings": siblings(c, blobs), "xetEnabled": r.hub.options.Xet,
	}
	if r.Gated != "" {
		out["gated"] = r.Gated
	}
	if c != nil {
		out["sha"], out["lastModified"] = c.id, stamp(c.at)
	}
	if len(r.BaseModels) > 0 {
		models := []object{}
		for _, name := range r.BaseModels {
			m := object{"id": name}
			if base := r.hub.repos[fold(name)]; base != nil {
				m["_id"] = base.ID
			}
			models = append(models, m)
		}
		out["baseModels"] = object{"relation": r.relation(), "models": models}
	}
	return out
}

func (r *Repository) relation() string {
	if r.Relation == "" {
		return "finetune"
	}
	return r.Relation
}

func (r *Repository) tagList() []string {
	out := slices.Clone(r.Tags)
	for _, b := range r.BaseModels {
		out = append(out, "base_model:"+b, "base_model:"+r.relation()+":"+b)
	}
	if r.License != "" {
		out = append(out, "license:"+r.License)
	}
	return append(out, "region:us")
}

func (r *Repository) card() object {
	out := object{}
	if r.License != "" {
		out["license"] = r.License
	}
	if len(r.BaseModels) > 0 {
		out["base_model"] = r.BaseModels
	}
	return out
}

func (r *Repository) used(c *commit) int64 {
	var n int64
	if c != nil {
		for _, f := range c.files {
			n += f.Size
		}
	}
	return n
}

func siblings(c *commit, blobs bool) []object {
	out := []object{}
	if c == nil {
		return out
	}
	for _, p := range sorted(c.files) {
		f, s := c.files[p], object{"rfilename": p}
		if blobs {
			s["size"], s["blobId"] = f.Size, f.Git
			if f.Large {
				s["lfs"] = object{"sha256": f.SHA256, "size": f.Size, "pointerSize": len(f.pointer())}
			}
		}
		out = append(out, s)
	}
	return out
}

func scan(v *visit) answer {
	r, no := v.repo()
	if no != nil {
		return *no
	}
	return reply(r.security())
}

func (r *Repository) security() object {
	if r.Scan == nil {
		return object{"scansDone": false, "filesWithIssues": []Issue{}}
	}
	return object{"scansDone": r.Scan.Done, "filesWithIssues": append([]Issue{}, r.Scan.Issues...)}
}

// fileSecurity is what the scanners say of one file.
func (r *Repository) fileSecurity(path string) object {
	status := "unscanned"
	if r.Scan != nil {
		if status = "queued"; r.Scan.Done {
			status = "safe"
		}
		for _, i := range r.Scan.Issues {
			if i.Path == path {
				status = i.Level
			}
		}
	}
	one := object{"status": status}
	return object{"status": status, "avScan": one, "pickleImportScan": object{"status": status, "pickleImports": []object{}}}
}

func refs(v *visit) answer {
	r, no := v.repo()
	if no != nil {
		return *no
	}
	body := object{"branches": refList(r.branches, "refs/heads/"), "tags": refList(r.tags, "refs/tags/"), "converts": []object{}}
	if truth(v.URL.Query().Get("include_prs")) {
		body["pullRequests"] = refList(r.pulls, "")
	}
	return reply(body)
}

func refList(refs map[string]string, prefix string) []object {
	out := []object{}
	for _, name := range sorted(refs) {
		out = append(out, object{"name": strings.TrimPrefix(name, "refs/"), "ref": prefix + name, "targetCommit": refs[name]})
	}
	return out
}

// commits are the history. The Hub shows that of a gated model to those only who may read
// its files.
func commits(v *visit) answer {
	r, no := v.content()
	if no != nil {
		return *no
	}
	c, no := v.commit(r)
	if no != nil {
		return *no
	}
	list := []object{}
	for _, c := range r.history(c) {
		title, _, _ := strings.Cut(c.message, "\n")
		list = append(list, object{
			"id": c.id, "title": title, "message": strings.TrimPrefix(c.message, title),
			"authors": []object{{"user": c.author, "avatar": ""}}, "date": stamp(c.at),
		})
	}
	return page(v.hub, v.Request, list, 50).with("X-Total-Count", fmt.Sprint(len(list)))
}

func authCheck(v *visit) answer {
	if _, no := v.content(); no != nil {
		return *no
	}
	return answer{status: 200, body: "OK"}
}

func members(v *visit) answer {
	a := v.hub.accounts[fold(v.PathValue("name"))]
	if a == nil || a.Type != "org" {
		return refuse(404, "", "This organization does not exist")
	}
	return page(v.hub, v.Request, v.hub.members(a.Name), 500)
}

// exchange gives a short-lived token of a user for the identity of a CI job.
func exchange(v *visit) answer {
	var ask struct {
		GrantType        string `json:"grant_type"`
		SubjectToken     string `json:"subject_token"`
		SubjectTokenType string `json:"subject_token_type"`
		Resource         string `json:"resource"`
	}
	if err := decode(v.Request, &ask); err != nil {
		return answer{status: 400, body: object{"error": "invalid_request", "error_description": err.Error()}}
	}
	if ask.GrantType != "urn:ietf:params:oauth:grant-type:token-exchange" ||
		ask.SubjectTokenType != "urn:ietf:params:oauth:token-type:id_token" || strings.Count(ask.SubjectToken, ".") != 2 {
		return answer{status: 400, body: object{"error": "invalid_request", "error_description": "not a token exchange"}}
	}
	user := v.hub.accounts[fold(ask.Resource)]
	if user == nil {
		return answer{status: 403, body: object{"error": "access_denied", "error_description": "no trusted publisher matches"}}
	}
	token := "hf_oauth_" + v.hub.objectID(v.hub.options.Now())
	v.hub.tokens[token] = user.Name
	return reply(object{
		"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": "gated-repos",
		"issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
	})
}
