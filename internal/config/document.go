package config

import (
	"maps"

	"github.com/modelgate/gate/internal/option"
)

// Document is what the Rego modules read as data.config. It has every rule, merged, and
// shares nothing with the policy.
func (p *Policy) Document() map[string]any {
	rules := make(map[string]any, len(p.demanded))
	for id, d := range p.demanded {
		rules[id] = d.document(p.known[id])
	}
	return map[string]any{
		"environment":  map[string]any{"default": p.Environment, "places": p.places()},
		"rules":        rules,
		"sources":      p.sources(),
		"waivers":      p.waivers(),
		"reviews":      records(p.Reviews),
		"publishers":   records(p.Publishers),
		"signing_keys": option.Plain(p.SigningKeys),
		"limits":       p.Limits.document(),
		"produced":     option.Plain(p.Produced),
		"inline":       option.Plain(p.Inline),
	}
}

func (d *demanded) document(rule Rule) map[string]any {
	out := d.judged.document()
	if rule.Section != "" {
		out["section"] = rule.Section
	}
	if rule.custom {
		out["custom"] = true
	}
	sources := make(map[string]any, len(d.sources))
	for name, j := range d.sources {
		sources[name] = j.document()
	}
	out["sources"] = sources
	return out
}

func (j judged) document() map[string]any {
	return map[string]any{
		"level":   map[string]any{production: string(j.level.Production), research: string(j.level.Research)},
		"options": option.PlainAll(j.options),
	}
}

func (p *Policy) places() []any {
	out := []any{}
	for _, place := range p.Places {
		out = append(out, map[string]any{"glob": place.Glob, "environment": place.Environment})
	}
	return out
}

func (p *Policy) sources() []any {
	out := []any{}
	for _, s := range p.Sources {
		out = append(out, map[string]any{"name": s.Name, "urls": option.Plain(s.URLs), "trust": s.Trust})
	}
	return out
}

// waivers leaves out what a waiver does not name: in Rego an empty text is a value.
func (p *Policy) waivers() []any {
	out := []any{}
	for _, w := range p.Waivers {
		item := map[string]any{"number": w.Number, "line": w.Line}
		for name, text := range w.texts() {
			if text != "" {
				item[name] = text
			}
		}
		out = append(out, item)
	}
	return out
}

func (w Waiver) texts() map[string]string {
	return map[string]string{
		"rule": w.Rule, "model": w.Model, "path": w.Path, "digest": w.Digest, "environment": w.Environment,
		"reason": w.Reason, "approved_by": w.ApprovedBy, "expires": w.Expires,
	}
}

func records(list []map[string]any) []any {
	out := []any{}
	for _, item := range list {
		out = append(out, option.PlainAll(maps.Clone(item)))
	}
	return out
}

func (l Limits) document() map[string]any {
	out := map[string]any{"waiver_days": l.WaiverDays}
	for name, n := range map[string]int64{"depth": int64(l.Depth), "entries": int64(l.Entries),
		"ratio": int64(l.Ratio), "bytes": l.Bytes, "time_ms": l.Time.Milliseconds(), "models": int64(l.Models),
		"fetched": l.Fetched, "online_ms": l.Online.Milliseconds()} {
		if n > 0 {
			out[name] = int(n)
		}
	}
	return out
}
