package config

import (
	"cmp"
	"maps"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
)

// Line is a scalar of the policy with what enforces it.
type Line struct {
	Number, Column int
	Text           string
	Source         string // the approved source that it belongs to; empty is everywhere
	Metadata       bool   // nothing to enforce: a name, a version, a reason
	Bound          []Bound
	Notes          []string

	with   *Line    // the first scalar of the same structured form
	serves []string // rules that judge by this line
}

// Bound is a rule that enforces a line, as it is in force.
type Bound struct {
	Rule    string
	Level   Levels
	Options map[string]any // those that the line sets, else those in force
	Remark  string         // what says more than the options
	Aside   string
}

// demanded is what the policy as a whole asks of a rule.
type demanded struct {
	judged
	sources map[string]judged
}

// judged is how a rule is judged in one scope.
type judged struct {
	level   Levels
	options map[string]any
	bound   bool // by a line of the file
}

func (d *demanded) in(source string) judged {
	if j, ok := d.sources[source]; ok {
		return j
	}
	return d.judged
}

// reputation are the rules that a source of high trust has only if it lists them.
var reputation = []string{"too-few-downloads", "young-repository", "unverified-publisher",
	"personal-namespace", "lookalike-namespace"}

// resolve merges the lines, "rules:" and the defaults into one demand per rule and scope.
func (l *loader) resolve() {
	p := l.policy
	asked := map[string]map[string]*demand{}
	for _, d := range l.demands {
		if asked[d.rule] == nil {
			asked[d.rule] = map[string]*demand{}
		}
		asked[d.rule][d.source] = l.together(asked[d.rule][d.source], d)
	}
	for _, id := range slices.Sorted(maps.Keys(p.known)) {
		rule := p.known[id]
		everywhere := l.everywhere(id, rule, asked[id][""])
		p.demanded[id] = &demanded{judged: everywhere, sources: map[string]judged{}}
		for _, s := range p.Sources {
			if j, differs := l.within(id, rule, s, everywhere, asked[id]); differs {
				p.demanded[id].sources[s.Name] = j
			}
		}
	}
	l.explainLines()
}

// together joins two lines on one rule in one scope.
func (l *loader) together(a, b *demand) *demand {
	if a == nil {
		joined := *b
		return &joined
	}
	// A rule that is brought along takes the level that a line of its own states.
	switch {
	case a.added && !b.added:
		a.levels, a.added, a.node = b.levels.or(a.levels), false, b.node
	case !a.added && b.added:
		a.levels = a.levels.or(b.levels)
	case a.added:
		for _, env := range environments {
			a.levels.set(env, stricter(a.levels.of(env), b.levels.of(env)))
		}
	default:
		if env := conflict(a.levels, b.levels); env != "" {
			l.Add(b.node, nil, "two levels for %s in %s: %s in line %d, %s here", a.rule, env,
				a.levels.of(env), a.node.Line, b.levels.of(env))
			return a
		}
		a.levels = a.levels.or(b.levels)
	}
	l.addOptions(a, b)
	return a
}

// everywhere is a rule as it is for models of no source: policy line, rules:, default.
func (l *loader) everywhere(id string, rule Rule, asked *demand) judged {
	s := l.rules[id]
	j := judged{level: both(rule.Level), options: option.PlainAll(rule.Options)}
	for _, env := range environments {
		if level := s.levels.of(env); level != "" {
			j.level.set(env, level)
		}
	}
	maps.Copy(j.options, s.options)
	if asked == nil {
		return j
	}
	j.bound = true
	for _, env := range environments {
		if level := asked.levels.of(env); level != "" {
			l.lowered(id, env, s, asked)
			j.level.set(env, stricter(l.inForce(level, rule), s.levels.of(env)))
		}
	}
	l.optionsOf(id, rule, asked, s, j.options)
	return j
}

// within is a rule as it is for models of a source, if that differs.
func (l *loader) within(id string, rule Rule, s Source, everywhere judged, asked map[string]*demand) (judged, bool) {
	j := judged{level: everywhere.level, options: maps.Clone(everywhere.options)}
	own, global, set := asked[s.Name], asked[""], l.rules[id]
	if own == nil && s.Trust == "high" && slices.Contains(reputation, id) {
		for _, env := range environments {
			if set.levels.of(env) == "" {
				j.level.set(env, gate.Ignore)
			}
		}
		return j, j.level != everywhere.level
	}
	if own == nil {
		return j, false
	}
	j.bound = true
	for _, env := range environments {
		if own.levels.of(env) == "" {
			continue
		}
		l.lowered(id, env, set, own)
		level := stricter(l.inForce(l.trusted(own, env, s), rule), set.levels.of(env))
		if global != nil {
			l.below(own, global, env)
			level = stricter(level, everywhere.level.of(env))
		}
		j.level.set(env, level)
	}
	narrowed := *own
	if global != nil {
		narrowed.options = narrower(rule, own.options, global.options)
	}
	l.optionsOf(id, rule, &narrowed, set, j.options)
	return j, true
}

// trusted is the level of a line of a source: of low trust, a warning is a denial.
func (l *loader) trusted(own *demand, env string, s Source) gate.Level {
	level := own.levels.of(env)
	if s.Trust == "low" && level == gate.Warn {
		return gate.Deny
	}
	return level
}

// below reports a line of a source that is lower than one that holds everywhere.
func (l *loader) below(own, global *demand, env string) {
	level, floor := own.levels.of(env), global.levels.of(env)
	if rank(level) < rank(floor) && !own.added {
		l.Add(own.node, nil, "two levels for %s in %s: %s in line %d, %s here", own.rule, env,
			floor, global.node.Line, level)
	}
}

// narrower are the options of a source, or those that hold everywhere where they are
// stricter.
func narrower(rule Rule, own, global map[string]any) map[string]any {
	out := maps.Clone(own)
	for name, value := range global {
		mine, stated := own[name]
		if better, ok := option.Stricter(rule.Stricter[name], value, mine); stated && ok {
			out[name] = better
		}
	}
	return out
}

// inForce is the level of a line before its day: a warning, unless the rule denies by
// default.
func (l *loader) inForce(level gate.Level, rule Rule) gate.Level {
	if !l.policy.inForce && level == gate.Deny && rule.Level != gate.Deny {
		return gate.Warn
	}
	return level
}

// lowered reports a level under rules: that is lower than the one of a line.
func (l *loader) lowered(id, env string, s setting, asked *demand) {
	set := s.levels.of(env)
	if set != "" && rank(set) < rank(asked.levels.of(env)) && !asked.added {
		l.Add(s.node, nil, "rules.%s lowers to %s what line %d demands in %s: %s", id, set, asked.node.Line, env,
			asked.levels.of(env))
	}
}

// optionsOf sets the options that a line states; rules: may only make them stricter.
func (l *loader) optionsOf(id string, rule Rule, asked *demand, s setting, into map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(asked.options)) {
		value := asked.options[name]
		if set, ok := s.options[name]; ok && !option.Equal(set, value) {
			better, comparable := option.Stricter(rule.Stricter[name], value, set)
			if !comparable || !option.Equal(better, set) {
				l.Add(s.node, nil, "rules.%s sets %s to %s, line %d demands %s", id, name, option.Show(set), asked.node.Line, option.Show(value))
				continue
			}
			value = set
		}
		into[name] = option.Plain(value)
	}
}

// explainLines writes to each line what enforces it now.
func (l *loader) explainLines() {
	p := l.policy
	slices.SortStableFunc(p.lines, func(a, b *Line) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Column, b.Column))
	})
	for _, d := range l.demands {
		j := p.demanded[d.rule].in(d.source)
		b := Bound{Rule: d.rule, Level: j.level, Options: d.options, Remark: remarkOf(d), Aside: d.aside}
		if len(b.Options) == 0 {
			b.Options = j.options
		}
		d.line.Bound = append(d.line.Bound, b)
		d.line.Notes = append(d.line.Notes, l.notes(d)...)
	}
	for _, line := range p.lines {
		for _, id := range line.serves {
			if d, ok := p.demanded[id]; ok {
				line.Bound = append(line.Bound, Bound{Rule: id, Level: d.level})
			}
		}
	}
	for _, line := range p.lines {
		if line.with != nil {
			line.Bound = line.with.Bound
		}
	}
}

// remarkOf is what the explanation says in place of options that do not speak.
func remarkOf(d *demand) string {
	for format, sibling := range siblings(d) {
		return format + " unless " + option.Show(sibling) + " beside it"
	}
	list, _ := d.options["review"].([]any)
	if len(list) == 1 && d.remark != "" {
		return option.Show(list[0]) + ": " + d.remark
	}
	if d.rule == "remote-code-enabled" && len(list) == 0 {
		return ""
	}
	return d.remark
}

// notes warns of means that a line needs and the policy does not give.
func (l *loader) notes(d *demand) []string {
	var out []string
	keys, _ := d.options["keys"].([]any)
	for _, k := range keys {
		name := option.Show(k)
		switch _, ok := l.policy.SigningKeys[name]; {
		case name == "any" && len(l.policy.SigningKeys) == 0:
			out = append(out, "no signing_keys: set one; until then every model is unsigned")
		case name != "any" && !ok:
			out = append(out, "no key \""+name+"\": set signing_keys."+name+"; until then its models are denied")
		}
	}
	if d.rule == "license-not-allowed" {
		allow, _ := l.policy.demanded[d.rule].in(d.source).options["allow"].([]any)
		if len(allow) == 0 {
			out = append(out, "no license is allowed: set rules.license-not-allowed.allow")
		}
	}
	return out
}

// Lines are the scalars of the file in their order.
func (p *Policy) Lines() []Line {
	out := make([]Line, len(p.lines))
	for i, line := range p.lines {
		out[i] = *line
	}
	return out
}
