package hubtest

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// entry is a file or a directory of a tree.
type entry struct {
	path string
	file *File // nil: a directory
	oid  string
}

// entries are the files of a commit and the directories above them, by path.
func (c *commit) entries() []entry {
	dirs := map[string]string{}
	var out []entry
	for _, p := range sorted(c.files) {
		f := c.files[p]
		out = append(out, entry{path: p, file: &f, oid: f.Git})
		for d := path.Dir(p); d != "." && d != "/" && d != ".."; d = path.Dir(d) {
			dirs[d] += f.Git + " " + p + "\n"
		}
	}
	for d, content := range dirs {
		sum := sha1.Sum([]byte("tree " + content))
		out = append(out, entry{path: d, oid: hex.EncodeToString(sum[:])})
	}
	slices.SortFunc(out, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	return out
}

// show is how the Hub writes an entry.
func (r *Repository) show(c *commit, e entry, expand bool) object {
	out := object{"type": "directory", "oid": e.oid, "size": 0, "path": e.path}
	if f := e.file; f != nil {
		out["type"], out["size"] = "file", f.Size
		if f.Large {
			out["lfs"] = object{"oid": f.SHA256, "size": f.Size, "pointerSize": len(f.pointer())}
			if r.hub.options.Xet {
				out["xetHash"] = f.xet()
			}
		}
	}
	if expand {
		last := r.lastChange(c, e)
		title, _, _ := strings.Cut(last.message, "\n")
		out["lastCommit"] = object{"id": last.id, "title": title, "date": stamp(last.at)}
		if e.file != nil {
			out["securityFileStatus"] = r.fileSecurity(e.path)
		}
	}
	return out
}

// lastChange is the commit since which an entry is as it is.
func (r *Repository) lastChange(c *commit, e entry) *commit {
	for p := r.commits[c.parent]; p != nil && p.files[e.path].Git == c.files[e.path].Git; p = r.commits[c.parent] {
		c = p
	}
	return c
}

func tree(v *visit) answer {
	see := v.repo
	if v.hub.options.HideGated {
		see = v.content
	}
	r, no := see()
	if no != nil {
		return *no
	}
	c, no := v.commit(r)
	if no != nil {
		return *no
	}
	_, dir := v.target()
	q := v.URL.Query()
	recursive, expand := truth(q.Get("recursive")), truth(q.Get("expand"))
	list := []object{}
	for _, e := range c.entries() {
		rest := e.path
		if dir != "" {
			below, ok := strings.CutPrefix(e.path, dir+"/")
			if !ok {
				continue
			}
			rest = below
		}
		if recursive || !strings.Contains(rest, "/") {
			list = append(list, r.show(c, e, expand))
		}
	}
	if dir != "" && len(list) == 0 {
		return missing(c, dir)
	}
	size := 1000
	if expand {
		size = 50
	}
	return page(v.hub, v.Request, list, size)
}

func missing(c *commit, path string) answer {
	return refuse(404, "EntryNotFound", fmt.Sprintf("Entry not found: %q", path)).with("X-Repo-Commit", c.id)
}

func pathsInfo(v *visit) answer {
	r, no := v.repo()
	if no != nil {
		return *no
	}
	c, no := v.commit(r)
	if no != nil {
		return *no
	}
	var ask struct {
		Paths  []string `json:"paths"`
		Expand bool     `json:"expand"`
	}
	if err := decode(v.Request, &ask); err != nil {
		return refuse(400, "", err.Error())
	}
	if len(ask.Paths) > 2000 {
		return refuse(400, "", "too many paths")
	}
	list := []object{}
	for _, e := range c.entries() {
		if slices.Contains(ask.Paths, e.path) {
			list = append(list, r.show(c, e, ask.Expand))
		}
	}
	return reply(list)
}

// decode reads a body that is JSON, or a form with paths and expand.
func decode(r *http.Request, into any) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		if err := r.ParseForm(); err != nil {
			return err
		}
		raw, err := json.Marshal(object{"paths": r.PostForm["paths"], "expand": truth(r.PostForm.Get("expand"))})
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, into)
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

func truth(s string) bool {
	b, _ := strconv.ParseBool(s)
	return b
}

// file is what a visit asks for.
func (v *visit) file() (r *Repository, c *commit, f File, no *answer) {
	if r, no = v.content(); no != nil {
		return
	}
	if c, no = v.commit(r); no != nil {
		return
	}
	_, name := v.target()
	f, ok := c.files[name]
	if !ok {
		a := missing(c, name)
		no = &a
	}
	return
}

// resolve leads to the bytes: of a small file by a relative redirect within the Hub, of a
// large one by an absolute one to the storage. What the file is stands on this first hop.
func resolve(v *visit) answer {
	r, c, f, no := v.file()
	if no != nil {
		return *no
	}
	_, name := v.target()
	var a answer
	if f.Large {
		a = redirect(http.StatusFound, v.hub.signed(r, f, path.Base(name)))
	} else {
		q := url.Values{v.URL.EscapedPath(): {""}, "etag": {strconv.Quote(f.etag())}}
		a = redirect(http.StatusTemporaryRedirect, "/api/resolve-cache/models/"+r.Name+"/"+c.id+"/"+escaped(name)+"?"+q.Encode())
	}
	a = a.with("X-Repo-Commit", c.id).with("X-Linked-Etag", strconv.Quote(f.etag())).
		with("X-Linked-Size", strconv.FormatInt(f.Size, 10)).with("Accept-Ranges", "bytes")
	if f.Large && v.hub.options.Xet {
		auth := v.hub.URL + "/api/models/" + r.Name + "/xet-read-token/" + c.id
		a = a.with("X-Xet-Hash", f.xet()).with("Link", `<`+auth+`>; rel="xet-auth"`)
	}
	return a
}

func escaped(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// resolveCache has the small files of commits.
func resolveCache(v *visit) answer {
	if len(v.PathValue("rev")) != 40 {
		return refuse(400, "", "Invalid revision")
	}
	return raw(v)
}

// raw is what git has: of a large file the pointer.
func raw(v *visit) answer {
	_, c, f, no := v.file()
	if no != nil {
		return *no
	}
	if f.Large {
		f = Text(f.pointer())
	}
	return answer{status: 200, file: &f, header: map[string]string{
		"X-Repo-Commit": c.id, "ETag": strconv.Quote(f.Git), "Content-Type": "text/plain; charset=utf-8",
	}}
}

// storagePath begins every URL of the storage; the id of the repository and the Xet hash
// of the file follow.
const storagePath = "/xet-bridge-us/"

func (h *Hub) signed(r *Repository, f File, name string) string {
	at := storagePath + r.ID + "/" + f.xet()
	expires := strconv.FormatInt(time.Now().Add(h.options.Signed).UnixMilli(), 10)
	q := url.Values{"response-content-disposition": {"inline; filename*=UTF-8''" + name}, "Expires": {expires}, "Signature": {signature(at, expires)}}
	return h.CDN + at + "?" + q.Encode()
}

func signature(path, expires string) string {
	sum := sha256.Sum256([]byte("key " + path + " " + expires))
	return hex.EncodeToString(sum[:])
}

// serveStorage has the large files for those who bring a signed URL. Its ETag is not the
// digest of the file.
func (h *Hub) serveStorage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	until, _ := strconv.ParseInt(q.Get("Expires"), 10, 64)
	if q.Get("Signature") != signature(r.URL.Path, q.Get("Expires")) || time.Now().UnixMilli() > until {
		answer{status: 403, body: "<Error><Code>AccessDenied</Code></Error>"}.send(w, r)
		return
	}
	h.mu.Lock()
	f, ok := h.blobs[strings.TrimPrefix(r.URL.Path, storagePath)]
	h.mu.Unlock()
	if !ok {
		answer{status: 404, body: "<Error><Code>NoSuchKey</Code></Error>"}.send(w, r)
		return
	}
	xet := path.Base(r.URL.Path)
	answer{status: 200, file: &f, header: map[string]string{
		"ETag": strconv.Quote(xet), "Content-Disposition": q.Get("response-content-disposition"),
	}}.send(w, r)
}
