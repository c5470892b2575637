package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

// hubCommand is the Hub that a script asks:
//
//	hub                                  starts one with hubtest.World, online from here on
//	hub scenario NAME                    something happens to it
//	hub account NAME [KEY=VALUE...]      registers an organisation, or with type=user a user
//	hub model ORG/NAME DIR [KEY=VALUE...] adds a model, or a commit to it, with the files of DIR;
//	                                     $commit is the commit
//
// Days are written as 2024-07-14.
func hubCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("hub never fails")
	}
	if len(args) == 0 {
		h := hubtest.New(hubtest.Options{Now: func() time.Time { return today }})
		hubtest.World(h)
		ts.Defer(h.Close)
		ts.Setenv("HF_ENDPOINT", h.URL)
		ts.Setenv("HF_HUB_OFFLINE", "")
		*ts.Value(hubKey{}).(**hubtest.Hub) = h
		return
	}
	h := *ts.Value(hubKey{}).(**hubtest.Hub)
	switch {
	case h == nil:
		ts.Fatalf("the hub was not started")
	case args[0] == "scenario" && len(args) == 2:
		i := slices.IndexFunc(hubtest.Scenarios, func(s hubtest.Scenario) bool { return s.Name == args[1] })
		if i < 0 {
			ts.Fatalf("there is no scenario %q", args[1])
		}
		hubtest.Scenarios[i].Apply(h)
	case args[0] == "account" && len(args) >= 2:
		hubAccount(ts, h, args[1], pairs(ts, args[2:]))
	case args[0] == "model" && len(args) >= 3:
		hubModel(ts, h, args[1], args[2], pairs(ts, args[3:]))
	default:
		ts.Fatalf("usage: hub [scenario NAME | account NAME | model ORG/NAME DIR]")
	}
}

// hubKey is where the hub of a script is kept.
type hubKey struct{}

func pairs(ts *testscript.TestScript, args []string) map[string]string {
	m := map[string]string{}
	for _, a := range args {
		key, value, ok := strings.Cut(a, "=")
		if !ok {
			ts.Fatalf("%q is not KEY=VALUE", a)
		}
		m[key] = value
	}
	return m
}

func day(ts *testscript.TestScript, text string) time.Time {
	if text == "" {
		text = "2023-07-14"
	}
	t, err := time.Parse(time.DateOnly, text)
	ts.Check(err)
	return t
}

func hubAccount(ts *testscript.TestScript, h *hubtest.Hub, name string, o map[string]string) {
	a := hubtest.Account{Created: day(ts, o["created"]), Verified: o["verified"] == "true"}
	if o["members"] != "" {
		a.Members = strings.Split(o["members"], ",")
	}
	if o["type"] == "user" {
		h.User(name, a)
		return
	}
	h.Org(name, a)
}

func hubModel(ts *testscript.TestScript, h *hubtest.Hub, name, dir string, o map[string]string) {
	files := map[string]hubtest.File{}
	root := ts.MkAbs(dir)
	ts.Check(filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		files[filepath.ToSlash(rel)] = fileOf(rel, text)
		return err
	}))
	r := h.Find(name)
	if r == nil {
		downloads, err := strconv.ParseInt("0"+o["downloads"], 10, 64)
		ts.Check(err)
		r = h.Repo(name, hubtest.Repo{
			Created: day(ts, o["created"]), Downloads: downloads, License: o["license"], Gated: o["gated"],
			Disabled: o["disabled"] == "true", Private: o["private"] == "true",
		})
		r.SetScan(o["scan"] != "pending")
		if path := o["unsafe"]; path != "" {
			r.SetScan(true, hubtest.Issue{Path: path, Level: "unsafe"})
		}
	}
	ts.Setenv("commit", r.Commit("files", day(ts, o["committed"]), files))
}

// fileOf stores weights as the Hub's repositories do, apart from git.
func fileOf(name string, text []byte) hubtest.File {
	switch filepath.Ext(name) {
	case ".bin", ".safetensors", ".pt", ".pkl", ".onnx", ".gguf", ".h5", ".keras", ".npy", ".zip":
		return hubtest.LFS(text)
	}
	return hubtest.Bytes(text)
}
