package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
)

// Change is a difference between the policy of the base and that of the head. Path is
// where it is in the policy; Direction is looser or tighter.
type Change struct {
	Path      string `json:"path"`
	Before    string `json:"before"`
	After     string `json:"after"`
	Direction string `json:"direction"`
}

// The directions of a change.
const (
	Looser  = "looser"
	Tighter = "tighter"
)

// Tighten is the policy that judges a proposed change: the base's, with what the head
// demands in addition. What the head relaxes has no effect and is told as looser; a
// difference of which that is not known counts as looser.
func Tighten(base, head *Policy) (*Policy, []Change) {
	out := *base
	t := &tightening{}
	out.Sources = t.sources(base, head)
	out.demanded = map[string]*demanded{}
	for _, id := range slices.Sorted(maps.Keys(base.demanded)) {
		rule := base.known[id]
		b, h := base.demanded[id], head.demanded[id]
		if h == nil { // a rule of the organisation that the head drops
			t.note("custom.rules."+id, string(b.level.Production), "", Looser)
			out.demanded[id] = b
			continue
		}
		d := &demanded{sources: map[string]judged{}}
		d.judged = t.scope("rules."+id, rule, b.judged, h.judged)
		for _, s := range out.Sources {
			_, inBase := b.sources[s.Name]
			_, inHead := h.sources[s.Name]
			if inBase || inHead {
				path := fmt.Sprintf("rules.%s.sources[%s]", id, s.Name)
				d.sources[s.Name] = t.scope(path, rule, b.in(s.Name), h.in(s.Name))
			}
		}
		out.demanded[id] = d
	}
	for _, id := range slices.Sorted(maps.Keys(head.demanded)) {
		if base.demanded[id] == nil { // in force when it is in the base
			t.note("custom.rules."+id, "", string(head.demanded[id].level.Production), Tighter)
		}
	}
	t.trust(base, head)
	return &out, t.changes
}

type tightening struct{ changes []Change }

func (t *tightening) note(path, before, after, direction string) {
	t.changes = append(t.changes, Change{path, before, after, direction})
}

// scope takes the higher level and the stricter options.
func (t *tightening) scope(path string, rule Rule, base, head judged) judged {
	out := judged{options: maps.Clone(base.options), bound: base.bound || head.bound}
	for _, env := range environments {
		b, h := base.level.of(env), head.level.of(env)
		out.level.set(env, stricter(b, h))
		if b != h {
			direction := Tighter
			if rank(h) < rank(b) {
				direction = Looser
			}
			t.note(path+".level."+env, string(b), string(h), direction)
		}
	}
	// What is ignored in the base demands nothing that an option of the head could relax.
	idle := base.level == both(gate.Ignore)
	names := maps.Clone(base.options)
	maps.Copy(names, head.options)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		b, h := base.options[name], head.options[name]
		if option.Equal(b, h) {
			continue
		}
		better, ok := option.Stricter(rule.Stricter[name], b, h)
		if idle || ok && option.Equal(better, h) {
			out.options[name] = h
			t.note(path+"."+name, option.Show(b), option.Show(h), Tighter)
			continue
		}
		t.note(path+"."+name, option.Show(b), option.Show(h), Looser)
	}
	return out
}

// sources keeps those of the base: another source admits more models. Only where the
// base admits all, the sources of the head are a limit.
func (t *tightening) sources(base, head *Policy) []Source {
	if len(base.Sources) == 0 {
		return head.Sources
	}
	ranks := map[string]int{"low": 3, "medium": 2, "high": 1}
	out := slices.Clone(base.Sources)
	for i, b := range base.Sources {
		path := fmt.Sprintf("approved_sources[%s]", b.Name)
		j := slices.IndexFunc(head.Sources, func(s Source) bool { return s.Name == b.Name })
		if j < 0 {
			t.note(path, b.Name, "", Looser) // its requirements go with it
			continue
		}
		h := head.Sources[j]
		if !reflect.DeepEqual(b.URLs, h.URLs) {
			t.note(path+".url", option.Show(option.Plain(b.URLs)), option.Show(option.Plain(h.URLs)), Looser)
		}
		switch {
		case ranks[h.Trust] > ranks[b.Trust]:
			out[i].Trust = h.Trust
			t.note(path+".trust_level", b.Trust, h.Trust, Tighter)
		case ranks[h.Trust] < ranks[b.Trust]:
			t.note(path+".trust_level", b.Trust, h.Trust, Looser)
		}
	}
	for _, h := range head.Sources {
		if !slices.ContainsFunc(base.Sources, func(s Source) bool { return s.Name == h.Name }) {
			t.note(fmt.Sprintf("approved_sources[%s]", h.Name), "", h.Name, Looser)
		}
	}
	return out
}

// trust compares what only the base decides: an entry that the head adds excuses more,
// one that it removes excuses less.
func (t *tightening) trust(base, head *Policy) {
	b, h := base.Document(), head.Document()
	for _, key := range []string{"waivers", "reviews", "publishers", "produced", "inline"} {
		t.entries(key, entriesOf(b[key]), entriesOf(h[key]))
	}
	t.entries("custom.rego", entriesOf(option.Plain(base.Rego)), entriesOf(option.Plain(head.Rego)))
	keys, others := b["signing_keys"].(map[string]any), h["signing_keys"].(map[string]any)
	t.keyed("signing_keys", keys, others, Tighter)
	t.keyed("environment", b["environment"].(map[string]any), h["environment"].(map[string]any), Looser)
	t.keyed("limits", b["limits"].(map[string]any), h["limits"].(map[string]any), Looser)
	if base.inForce && !head.inForce {
		t.note("effective_date", base.info.EffectiveDate, head.info.EffectiveDate, Looser)
	}
}

// entry of a list. Its text is for people: a value could write in it what looks like
// another key, so that entries are told by their exact form.
type entry struct{ exact, text string }

// entriesOf are the entries of a list without the places where they stand.
func entriesOf(list any) []entry {
	var out []entry
	items, _ := list.([]any)
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			delete(m, "line")
			delete(m, "number")
		}
		out = append(out, entry{fmt.Sprintf("%#v", item), option.Show(item)})
	}
	return out
}

func (t *tightening) entries(path string, base, head []entry) {
	removed := Tighter
	if path == "custom.rego" {
		removed = Looser
	}
	for _, e := range without(base, head) {
		t.note(path, e.text, "", removed)
	}
	for _, e := range without(head, base) {
		t.note(path, "", e.text, Looser)
	}
}

// without are the entries that list has more often than others.
func without(list, others []entry) []entry {
	had := map[string]int{}
	for _, e := range others {
		had[e.exact]++
	}
	return slices.DeleteFunc(slices.Clone(list), func(e entry) bool {
		had[e.exact]--
		return had[e.exact] >= 0
	})
}

// keyed compares mappings; removed is the direction of a key that goes.
func (t *tightening) keyed(path string, base, head map[string]any, removed string) {
	for _, name := range slices.Sorted(maps.Keys(base)) {
		switch value, ok := head[name]; {
		case !ok:
			t.note(path+"."+name, option.Show(base[name]), "", removed)
		case !reflect.DeepEqual(base[name], value):
			t.note(path+"."+name, option.Show(base[name]), option.Show(value), Looser)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(head)) {
		if _, ok := base[name]; !ok {
			t.note(path+"."+name, "", option.Show(head[name]), Looser)
		}
	}
}
