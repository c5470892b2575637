package hub

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzModel: whatever the Hub says of a model, what is taken holds together.
func FuzzModel(f *testing.F) {
	f.Add(modelJSON())
	f.Add(modelJSON(`"size":3`, `"size":3,"lfs":{"sha256":"`+strings.Repeat("a", 64)+`","size":3}`))
	f.Add(`{"siblings":[{"rfilename":"a"},null],"cardData":{"license":[1]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var m model
		if decode(strings.NewReader(text), &m) != nil || m.check("main") != nil {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("%q is no JSON", text)
		}
		files, _, err := listed(m.Siblings)
		if r := m.repository(); CheckName(r.Name) != nil || !IsCommit(r.Commit) {
			t.Errorf("%+v", r)
		}
		for _, file := range files {
			if err == nil && (file.Size < 0 || possiblePath(file.Path) != nil) {
				t.Errorf("%+v", file)
			}
		}
	})
}

// FuzzTarget: wherever a redirect leads, it is the endpoint or a storage host by https.
func FuzzTarget(f *testing.F) {
	c, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"/x", "//evil.example", "https://us.aws.cdn.hf.co/x?y", "https://hf.co@evil.example", "?x", "..//x", "https:/x", "\thttps://evil.example"} {
		f.Add(s)
	}
	at, err := url.Parse("https://huggingface.co/a/b/resolve/x/y?z=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string) {
		to, err := c.target(request{id: "a/b", what: aboutContent, url: at}, location)
		if err != nil {
			return
		}
		req, err := http.NewRequest(http.MethodGet, to.String(), nil)
		if err != nil {
			return // it cannot be asked
		}
		u := req.URL
		if u.Scheme != "https" || u.User != nil || !c.sameOrigin(u) && (!isBelow(u.Hostname(), storageSuffixes) || u.Port() != "" && u.Port() != "443") {
			t.Errorf("%q leads to %s", location, u)
		}
		if _, err := c.target(request{id: "a/b", what: aboutModel, url: at}, location); err == nil && !c.sameOrigin(u) {
			t.Errorf("%q takes a question to %s", location, u)
		}
	})
}
