package report

import (
	"cmp"

	"github.com/modelgate/gate"
)

// maxHTMLMeaning is how many changed settings of one model are shown.
const maxHTMLMeaning = 50

// htmlChange is what a proposed change does to a model: a value for each of stateFields.
type htmlChange struct {
	Change, Model, Place string
	States               []htmlPair
	Meaning              []htmlMeaning
	Cut                  string
}

type htmlMeaning struct{ File, Key, Before, After string }

// review is what a proposed change does to the models.
func (p *page) review(r *gate.Report) {
	if r.Review == nil {
		return
	}
	p.Base = short(cmp.Or(r.Review.Base, "the base"), 80)
	for _, c := range r.Review.Models[:min(len(r.Review.Models), maxHTMLModels)] {
		p.Changes = append(p.Changes, change(c))
		p.model(short(c.Model, 200))
	}
	p.cut("changes", len(r.Review.Models)-len(p.Changes), "model")
}

func change(c gate.ModelChange) htmlChange {
	h := htmlChange{Change: short(c.Change, 20), Model: short(c.Model, 200), Place: short(place(c.At), 400)}
	for _, field := range stateFields {
		if value := both(c, field.of); value != "" {
			h.States = append(h.States, htmlPair{field.name, short(value, 400)})
		}
	}
	for _, m := range c.Meaning[:min(len(c.Meaning), maxHTMLMeaning)] {
		h.Meaning = append(h.Meaning, htmlMeaning{short(m.File, 300), short(m.Key, 200), lines(m.Before), lines(m.After)})
	}
	if n := len(c.Meaning) - len(h.Meaning); n > 0 {
		h.Cut = "and " + Plural(n, "more setting")
	}
	return h
}
