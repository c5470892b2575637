package hubtest

import (
	"cmp"
	"net/http"
	"strings"
)

// route says who answers what.
func (h *Hub) route() {
	h.routes, h.pages = http.NewServeMux(), http.NewServeMux()
	const model = "/api/models/{ns}/{name}"
	for pattern, f := range map[string]func(*visit) answer{
		"GET " + model:                           info,
		"GET " + model + "/revision/{rev}":       info,
		"GET " + model + "/tree/{rev}":           tree,
		"GET " + model + "/tree/{rev}/{path...}": tree,
		"POST " + model + "/paths-info/{rev}":    pathsInfo,
		"GET " + model + "/scan":                 scan,
		"GET " + model + "/refs":                 refs,
		"GET " + model + "/commits/{rev...}":     commits,
		"GET " + model + "/auth-check":           authCheck,

		"GET /api/resolve-cache/models/{ns}/{name}/{rev}/{path...}": resolveCache,

		"GET /api/organizations/{name}/overview": func(v *visit) answer { return v.hub.overview("org", v.PathValue("name")) },
		"GET /api/organizations/{name}/members":  members,
		"GET /api/users/{name}/overview":         func(v *visit) answer { return v.hub.overview("user", v.PathValue("name")) },
		"GET /api/whoami-v2":                     func(v *visit) answer { return v.hub.whoami(v.visitor) },
	} {
		h.routes.Handle(pattern, h.answers(f))
	}
	h.routes.Handle("/", h.answers(func(*visit) answer { return refuse(404, "", "Not Found") }))
	h.pages.Handle("GET /{ns}/{name}/resolve/{rev}/{path...}", h.answers(resolve))
	h.pages.Handle("GET /{ns}/{name}/raw/{rev}/{path...}", h.answers(raw))
	h.pages.Handle("POST /oauth/token", h.answers(exchange))
	h.pages.Handle("/", h.answers(func(*visit) answer { return refuse(404, "", "Not Found") }))
}

// visit is a request and who makes it.
type visit struct {
	*http.Request
	hub     *Hub
	visitor string // the account; empty: anonymous
}

func (h *Hub) answers(f func(*visit) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		a := h.identify(r, f)
		h.mu.Unlock()
		a.send(w, r)
	})
}

// identify refuses a wrong token wherever it is shown, but that a gated model says so.
func (h *Hub) identify(r *http.Request, f func(*visit) answer) answer {
	auth := r.Header.Get("Authorization")
	visitor := h.tokens[strings.TrimPrefix(auth, "Bearer ")]
	a := f(&visit{Request: r, hub: h, visitor: visitor})
	if auth != "" && visitor == "" && a.header["X-Error-Code"] != "GatedRepo" {
		return refuse(401, "", "Invalid credentials in Authorization header")
	}
	return a
}

func (h *Hub) serveAPI(w http.ResponseWriter, r *http.Request) {
	if h.meter(w, r) {
		refuse(429, "", "We had to rate limit your IP. To continue using our service, create a HF account or login to your existing account.").send(w, r)
		return
	}
	h.mu.Lock()
	to := h.elsewhere(r)
	h.mu.Unlock()
	switch {
	case to != "":
		redirect(http.StatusTemporaryRedirect, to).send(w, r)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		h.routes.ServeHTTP(w, r)
	default:
		h.pages.ServeHTTP(w, r)
	}
}

// elsewhere is where a model is found that moved, that is asked for in another case, or
// by a name without a namespace; empty if it is here or nowhere.
func (h *Hub) elsewhere(r *http.Request) string {
	parts := strings.Split(r.URL.EscapedPath(), "/")[1:]
	at := 0
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/models/"):
		at = 2
	case strings.HasPrefix(r.URL.Path, "/api/resolve-cache/models/"):
		at = 3
	case strings.HasPrefix(r.URL.Path, "/api/"):
		return ""
	}
	for _, n := range []int{2, 1} {
		if len(parts) < at+n {
			continue
		}
		asked := strings.Join(parts[at:at+n], "/")
		now := h.canonical(asked)
		if now == asked {
			return ""
		}
		if now != "" {
			path := "/" + strings.Join(append(append(append([]string{}, parts[:at]...), now), parts[at+n:]...), "/")
			if r.URL.RawQuery != "" {
				path += "?" + r.URL.RawQuery
			}
			return path
		}
	}
	return ""
}

// canonical is the name now of a model that has or had a name.
func (h *Hub) canonical(name string) string {
	if r := h.repos[fold(name)]; r != nil {
		return r.Name
	}
	if r := h.moved[fold(name)]; r != nil {
		return r.Name
	}
	return ""
}

// repo is the model that a visit asks for, if the visitor may know of it.
func (v *visit) repo() (*Repository, *answer) {
	r := v.hub.repos[fold(v.PathValue("ns")+"/"+v.PathValue("name"))]
	if r != nil && (!r.Private || r.reads(v.visitor)) {
		return r, nil
	}
	a := refuse(404, "RepoNotFound", "Repository not found")
	if v.visitor == "" {
		a = refuse(401, "", "Invalid username or password.")
	}
	return nil, &a
}

// content is repo for those who may read the files.
func (v *visit) content() (*Repository, *answer) {
	r, no := v.repo()
	if no != nil {
		return nil, no
	}
	if r.Disabled {
		a := refuse(403, "", "Access to this resource is disabled.")
		return nil, &a
	}
	if r.Gated == "" || r.reads(v.visitor) {
		return r, nil
	}
	a := refuse(403, "GatedRepo", "Access to model "+r.Name+" is restricted and you are not in the authorized list. Visit "+v.hub.URL+"/"+r.Name+" to ask for access.")
	if v.visitor == "" {
		a = refuse(401, "GatedRepo", "Access to model "+r.Name+" is restricted. You must have access to it and be authenticated to access it. Please log in.")
	}
	return nil, &a
}

// target is the revision and the path that a visit asks for. A revision like refs/pr/1
// may be written with its slashes.
func (v *visit) target() (rev, path string) {
	rev, path = v.PathValue("rev"), v.PathValue("path")
	if parts := strings.SplitN(path, "/", 3); rev == "refs" && len(parts) > 1 {
		rev, path = rev+"/"+parts[0]+"/"+parts[1], strings.Join(parts[2:], "/")
	}
	return cmp.Or(rev, "main"), path
}

// commit is the one that a visit asks for.
func (v *visit) commit(r *Repository) (*commit, *answer) {
	rev, _ := v.target()
	if c := r.revision(rev); c != nil {
		return c, nil
	}
	a := refuse(404, "RevisionNotFound", "Invalid rev id: "+rev)
	return nil, &a
}
