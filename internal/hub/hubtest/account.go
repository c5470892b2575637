package hubtest

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Account is an organisation or a user.
type Account struct {
	// Name and Type (org or user) are set by Org and User.
	Name, Type string
	// ID is an object id; made from Created if it is empty.
	ID       string
	Created  time.Time // zero: now
	FullName string    // empty: Name
	Verified bool      // organisations only
	Pro      bool      // users only
	// Members are the users whom an organisation shows. Those that do not exist are made.
	Members   []string
	Followers int
}

// Org registers an organisation, in place of an account that has the name.
func (h *Hub) Org(name string, a Account) Account { return h.register(name, "org", a) }

// User registers a user, in place of an account that has the name.
func (h *Hub) User(name string, a Account) Account { return h.register(name, "user", a) }

// EditAccount changes an account.
func (h *Hub) EditAccount(name string, edit func(*Account)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	edit(h.accounts[fold(name)])
}

// DeleteAccount deletes an account and its repositories. The redirects from its name
// stay until somebody takes the name.
func (h *Hub) DeleteAccount(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.accounts, fold(name))
	for key, r := range h.repos {
		if fold(r.owner()) == fold(name) {
			h.forget(key, r)
		}
	}
}

// Token makes a token of a user's good.
func (h *Hub) Token(token, user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tokens[token] = user
}

func (h *Hub) register(name, kind string, a Account) Account {
	h.mu.Lock()
	defer h.mu.Unlock()
	return *h.registerLocked(name, kind, a)
}

func (h *Hub) registerLocked(name, kind string, a Account) *Account {
	a.Name, a.Type = name, kind
	if a.Created.IsZero() {
		a.Created = h.options.Now()
	}
	if a.ID == "" {
		a.ID = h.objectID(a.Created)
	}
	if a.FullName == "" {
		a.FullName = name
	}
	for _, m := range a.Members {
		if h.accounts[fold(m)] == nil {
			h.registerLocked(m, "user", Account{Created: a.Created})
		}
	}
	h.accounts[fold(name)] = &a
	return &a
}

func (h *Hub) objectID(at time.Time) string {
	h.serial++
	return ObjectID(at, h.serial)
}

// ObjectID is an id as the Hub's database makes them: the second, five bytes of the
// machine, a counter.
func ObjectID(at time.Time, serial uint32) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(at.Unix()))
	machine := sha1.Sum(binary.BigEndian.AppendUint32([]byte("machine"), serial))
	b = append(b, machine[:5]...)
	b = append(b, byte(serial>>16), byte(serial>>8), byte(serial))
	return hex.EncodeToString(b)
}

// orgs are the organisations that show a user among their members.
func (h *Hub) orgs(user string) []*Account {
	var out []*Account
	for _, key := range sorted(h.accounts) {
		if a := h.accounts[key]; a.Type == "org" && a.has(user) {
			out = append(out, a)
		}
	}
	return out
}

func (a *Account) has(user string) bool {
	for _, m := range a.Members {
		if fold(m) == fold(user) {
			return true
		}
	}
	return false
}

func (h *Hub) overview(kind, name string) answer {
	a := h.accounts[fold(name)]
	if a == nil || a.Type != kind {
		what := map[string]string{"org": "organization", "user": "user"}[kind]
		return refuse(404, "", fmt.Sprintf("This %s does not exist", what))
	}
	body := object{
		"_id": a.ID, "type": a.Type, "fullname": a.FullName, "avatarUrl": h.URL + "/avatars/" + a.ID + ".svg",
		"numModels": h.models(a.Name), "numDatasets": 0, "numSpaces": 0, "numPapers": 0, "numFollowers": a.Followers,
	}
	if kind == "org" {
		body["name"], body["isVerified"], body["numUsers"], body["details"] = a.Name, a.Verified, len(a.Members), ""
		if a.Verified {
			body["plan"] = "enterprise"
		}
		return reply(body)
	}
	orgs := []object{}
	for _, o := range h.orgs(a.Name) {
		orgs = append(orgs, object{"id": o.ID, "name": o.Name, "fullname": o.FullName, "avatarUrl": ""})
	}
	body["user"], body["isPro"], body["createdAt"], body["orgs"] = a.Name, a.Pro, stamp(a.Created), orgs
	body["numDiscussions"], body["numUpvotes"], body["numLikes"], body["numFollowing"] = 0, 0, 0, 0
	return reply(body)
}

func (h *Hub) models(owner string) int {
	n := 0
	for _, r := range h.repos {
		if fold(r.owner()) == fold(owner) && !r.Private {
			n++
		}
	}
	return n
}

func (h *Hub) members(name string) []object {
	out := []object{}
	for _, m := range h.accounts[fold(name)].Members {
		u := h.accounts[fold(m)]
		if u == nil {
			continue
		}
		out = append(out, object{"_id": u.ID, "user": u.Name, "fullname": u.FullName, "isPro": u.Pro, "type": "user", "avatarUrl": ""})
	}
	return out
}

func (h *Hub) whoami(visitor string) answer {
	a := h.accounts[fold(visitor)]
	if a == nil {
		return refuse(401, "", "Invalid username or password.")
	}
	orgs := []object{}
	for _, o := range h.orgs(a.Name) {
		orgs = append(orgs, object{"type": "org", "id": o.ID, "name": o.Name, "fullname": o.FullName, "roleInOrg": "read"})
	}
	return reply(object{
		"type": a.Type, "id": a.ID, "name": a.Name, "fullname": a.FullName, "isPro": a.Pro, "orgs": orgs,
		"auth": object{"type": "access_token", "accessToken": object{"displayName": "ci", "role": "read", "createdAt": stamp(a.Created)}},
	})
}

// fold is how the Hub compares names.
func fold(name string) string { return strings.ToLower(name) }
