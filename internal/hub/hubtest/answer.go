package hubtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type object = map[string]any

// answer is what the Hub says. It is made under the lock and sent without it.
type answer struct {
	status int
	header map[string]string
	body   any // text, or JSON; nil: nothing
	file   *File
}

func reply(body any) answer { return answer{status: http.StatusOK, body: body} }

// refuse is an error in the way of the Hub: a client goes by the code, not by the status.
func refuse(status int, code, message string) answer {
	a := answer{status: status, header: map[string]string{"X-Error-Message": message}, body: object{"error": message}}
	if code != "" {
		a.header["X-Error-Code"] = code
	}
	return a
}

func (a answer) with(name, value string) answer {
	header := map[string]string{name: value}
	for k, v := range a.header {
		header[k] = v
	}
	a.header = header
	return a
}

func redirect(status int, location string) answer {
	return answer{status: status, header: map[string]string{"Location": location}, body: "Temporary Redirect. Redirecting to " + location}
}

// send writes an answer. The bytes of a file come by ranges.
func (a answer) send(w http.ResponseWriter, r *http.Request) {
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	if a.file != nil {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/octet-stream")
		}
		http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(a.file.Data, 0, a.file.Size))
		return
	}
	var body []byte
	switch b := a.body.(type) {
	case nil:
	case string:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		body = []byte(b)
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		body, _ = json.Marshal(b)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

// The window of the rate limits, and what a bucket holds if Options has no quota.
const (
	window  = 300
	allowed = 3000
)

// meter spends a request of its bucket and says so, as every answer does.
func (h *Hub) meter(w http.ResponseWriter, r *http.Request) (spent bool) {
	bucket, quota := "pages", h.options.Quota
	switch {
	case strings.Contains(r.URL.Path, "/resolve/"), strings.HasPrefix(r.URL.Path, "/api/resolve-cache/"):
		bucket = "resolvers"
	case strings.HasPrefix(r.URL.Path, "/api/"):
		bucket = "api"
	}
	if quota == 0 {
		quota = allowed
	}
	h.mu.Lock()
	h.spent[bucket]++
	left := quota - h.spent[bucket]
	h.mu.Unlock()
	reset := window - int(time.Since(h.started).Seconds())%window
	w.Header().Set("RateLimit", fmt.Sprintf(`"%s";r=%d;t=%d`, bucket, max(left, 0), reset))
	w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"fixed window";"%s";q=%d;w=%d`, bucket, quota, window))
	return h.options.Quota > 0 && left < 0
}

// page cuts a list to the page that a request asks for, and links to the next one.
func page[E any](h *Hub, r *http.Request, list []E, size int) answer {
	q := r.URL.Query()
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n > 0 {
		size = min(n, max(size, 1000))
	}
	if h.options.Page > 0 {
		size = min(size, h.options.Page)
	}
	from := 0
	if raw, err := base64.RawURLEncoding.DecodeString(q.Get("cursor")); err == nil {
		from, _ = strconv.Atoi(string(raw))
	}
	if p, err := strconv.Atoi(q.Get("p")); err == nil {
		from = p * size
	}
	from = min(max(from, 0), len(list))
	to := min(from+size, len(list))
	a := reply(list[from:to:to])
	if to == len(list) {
		return a
	}
	if strings.Contains(r.URL.Path, "/commits/") {
		q.Set("p", strconv.Itoa(to/size))
	} else {
		q.Set("cursor", base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to))))
	}
	return a.with("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, h.URL, r.URL.EscapedPath(), q.Encode()))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
