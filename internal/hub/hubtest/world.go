package hubtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"time"
)

// World fills an empty Hub with what the scenarios start from:
//
//	acme            a verified organisation, alice its member
//	acme/tiny       a scanned model of two commits; v1 is the first, PR 1 a stranger's
//	OldOrg/tiny     the name that it had, and "tiny" another; OldOrg has no models any more
//	acme/gated      its files are for members (token hf_alice) and carol (hf_carol)
//	acme/secret     a private model
//	acme/huge       a model of one file of 10 GiB, zeros but for its header
//	newco, bob      a verified organisation; a user with nothing to read (token hf_bob)
func World(h *Hub) {
	day := func(year, month, day int) time.Time {
		return time.Date(year, time.Month(month), day, 22, 20, 15, 0, time.UTC)
	}
	h.User("alice", Account{Created: day(2023, 5, 2)})
	h.User("bob", Account{Created: day(2023, 6, 3)})
	h.User("carol", Account{Created: day(2023, 6, 4), Pro: true})
	h.Org("acme", Account{Created: day(2023, 7, 14), FullName: "Acme, Inc.", Verified: true, Members: []string{"alice"}, Followers: 40})
	h.Org("newco", Account{Created: day(2023, 8, 1), Verified: true})
	h.Org("OldOrg", Account{Created: day(2023, 9, 1)})
	for _, user := range []string{"alice", "bob", "carol"} {
		h.Token("hf_"+user, user)
	}

	tiny := h.Repo("OldOrg/tiny", tinyRepo(day(2024, 7, 14)))
	tinyHistory(tiny)
	h.Move("OldOrg/tiny", "acme/tiny")
	h.Alias("tiny", "acme/tiny")
	tiny.SetScan(true)

	gated := h.Repo("acme/gated", Repo{Created: day(2024, 8, 1), License: "other", Gated: "manual", Granted: []string{"carol"}})
	gated.Commit("first", day(2024, 8, 1), tinyFiles(2))
	secret := h.Repo("acme/secret", Repo{Created: day(2024, 8, 2), Private: true})
	secret.Commit("first", day(2024, 8, 2), tinyFiles(3))
	huge := h.Repo("acme/huge", Repo{Created: day(2024, 8, 3), License: "mit"})
	begin := header(10 << 30)
	huge.Commit("first", day(2024, 8, 3), map[string]File{
		"model.safetensors": Sparse(int64(len(begin))+10<<30, bytes.NewReader(begin)),
	})
}

func tinyRepo(created time.Time) Repo {
	return Repo{
		Created: created, Downloads: 1234, DownloadsAll: 99999, Likes: 7, License: "mit",
		Tags: []string{"safetensors", "llama"}, BaseModels: []string{"acme/gated"}, Relation: "quantized",
	}
}

// tinyHistory are the commits of acme/tiny, the same wherever they are made.
func tinyHistory(r *Repository) {
	at := func(month time.Month) time.Time { return time.Date(2024, month, 15, 9, 0, 0, 0, time.UTC) }
	r.Tag("v1", r.Commit("first", at(time.July), tinyFiles(0)))
	r.PullRequest(1, at(time.August), map[string]File{"config.json": Text(`{"model_type": "impostor"}` + "\n")})
	r.Commit("better weights\n\nTrained for longer.", at(time.September), tinyFiles(1))
}

// tinyFiles are a model with weights of one value.
func tinyFiles(value byte) map[string]File {
	return map[string]File{
		".gitattributes":    Text("*.safetensors filter=lfs diff=lfs merge=lfs -text\n"),
		"README.md":         Text("---\nlicense: mit\n---\n# tiny\n"),
		"config.json":       Text(`{"model_type": "llama"}` + "\n"),
		"onnx/config.json":  Text("{}\n"),
		"model.safetensors": LFS(weightsOf(value)),
		"pytorch_model.bin": LFS([]byte("\x80\x02}q\x00.")),
	}
}

// weightsOf is a safetensors file of one tensor that holds one value.
func weightsOf(value byte) []byte {
	const size = 4096
	return append(header(size), bytes.Repeat([]byte{value}, size)...)
}

// header begins a safetensors file of one tensor of so many bytes.
func header(size int) []byte {
	text := fmt.Sprintf(`{"weight":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}`, size, size)
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
}

// Scenario is something that happens to World after its models were locked.
type Scenario struct {
	Name  string
	Apply func(*Hub)
	// Lock is the reference whose lock is compared, as its key.
	Lock string
	// Alerts are the types that must be raised, Also those that may be besides. Nothing
	// else may.
	Alerts, Also []string
	// Seen tells whether a monitor that only compares the commit would notice.
	Seen bool
}

// The references that the scenarios watch, as keys of a lock.
const (
	onMain = "hf:acme/tiny@main"
	onTag  = "hf:acme/tiny@v1"
	moved  = "hf:OldOrg/tiny@main"
)

var files = []string{"MODEL_CHANGED", "FILE_ADDED", "FILE_REMOVED", "CODE_FILE_CHANGED", "DANGEROUS_FILE_ADDED"}

// Scenarios are what must be told apart.
var Scenarios = []Scenario{
	{"new-commit", newCommit, onMain, []string{"MODEL_CHANGED", "FILE_ADDED"}, files, true},
	{"retag", retag, onTag, []string{"TAG_MOVED", "FILE_ADDED"}, files, true},
	{"squash", squash, onMain, []string{"PINNED_COMMIT_GONE", "MODEL_CHANGED"}, nil, true},
	{"rename", rename, onMain, []string{"MODEL_MOVED"}, nil, false},
	{"transfer", transfer, onMain, []string{"MODEL_MOVED", "OWNER_CHANGED"}, nil, false},
	{"recreate", recreate, onMain, []string{"REPO_RECREATED", "PINNED_COMMIT_GONE"}, append([]string{"HUB_SCAN_PENDING"}, files...), true},
	{"reuse", reuse, onMain, []string{"NAMESPACE_REUSED"}, append([]string{"PINNED_COMMIT_GONE", "PUBLISHER_UNVERIFIED", "HUB_SCAN_PENDING"}, files...), true},
	{"displace", displace, moved, []string{"NAMESPACE_REUSED"}, append([]string{"PINNED_COMMIT_GONE", "PUBLISHER_UNVERIFIED", "HUB_SCAN_PENDING"}, files...), true},
	{"reuse-replay", replay, onMain, []string{"NAMESPACE_REUSED"}, []string{"PUBLISHER_UNVERIFIED", "HUB_SCAN_PENDING"}, false},
	{"delete", func(h *Hub) { h.Delete("acme/tiny") }, onMain, []string{"MODEL_UNAVAILABLE"}, nil, true},
	{"gate", edit(func(o *Repo) { o.Gated = "manual" }), onMain, []string{"GATING_CHANGED", "ACCESS_LOST"}, nil, false},
	{"disable", edit(func(o *Repo) { o.Disabled = true }), onMain, []string{"MODEL_DISABLED"}, []string{"ACCESS_LOST"}, false},
	{"unverify", unverify, onMain, []string{"PUBLISHER_UNVERIFIED"}, nil, false},
	{"scan-unsafe", edit(unsafe), onMain, []string{"HUB_SCAN_UNSAFE"}, nil, false},
	{"tamper", tamper, onMain, []string{"PINNED_CONTENT_CHANGED"}, nil, false},
	{"none", func(*Hub) {}, onMain, nil, nil, false},
}

func edit(change func(*Repo)) func(*Hub) {
	return func(h *Hub) { h.Find("acme/tiny").Edit(change) }
}

// changed are the files of acme/tiny with a new one and other weights.
func changed(r *Repository) map[string]File {
	out := maps.Clone(r.Files())
	out["extra.py"] = Text("import os\nos.system(\"true\")\n")
	out["model.safetensors"] = LFS(weightsOf(9))
	return out
}

func newCommit(h *Hub) {
	r := h.Find("acme/tiny")
	r.Commit("update", h.Now(), changed(r))
}

func retag(h *Hub) {
	r := h.Find("acme/tiny")
	head := r.Head()
	r.Tag("v1", r.Commit("update", h.Now(), changed(r)))
	r.ForceReset(head)
}

func squash(h *Hub) { h.Find("acme/tiny").Squash(h.Now()) }

func rename(h *Hub) { h.Move("acme/tiny", "acme/tiny-v2") }

func transfer(h *Hub) { h.Move("acme/tiny", "newco/tiny") }

func recreate(h *Hub) {
	h.Delete("acme/tiny")
	other(h, "acme/tiny")
}

func reuse(h *Hub) {
	h.DeleteAccount("acme")
	h.Org("acme", Account{})
	other(h, "acme/tiny")
}

// displace takes the name that redirected: its owner is gone, and the name free again.
func displace(h *Hub) {
	h.DeleteAccount("OldOrg")
	h.Org("OldOrg", Account{})
	other(h, "OldOrg/tiny")
}

// other makes a new model with other files under a name.
func other(h *Hub, name string) {
	r := h.Repo(name, tinyRepo(h.Now()))
	tree := tinyFiles(5)
	tree["loader.py"] = Text("print(\"loader\")\n")
	r.Commit("first", h.Now(), tree)
}

// replay pushes the history that the name had: all commits are as they were.
func replay(h *Hub) {
	h.DeleteAccount("acme")
	h.Org("acme", Account{})
	tinyHistory(h.Repo("acme/tiny", tinyRepo(h.Now())))
}

func unverify(h *Hub) {
	h.EditAccount("acme", func(a *Account) { a.Verified = false })
}

func unsafe(o *Repo) {
	o.Scan = &Scan{Done: true, Issues: []Issue{{Path: "pytorch_model.bin", Level: "unsafe"}}}
}

func tamper(h *Hub) {
	r := h.Find("acme/tiny")
	r.TamperAt(r.Head(), "model.safetensors", LFS(weightsOf(66)))
}
