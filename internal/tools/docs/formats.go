package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/cli"
	"github.com/modelgate/gate/internal/policy"
)

// engine are the kinds that no check states, with their data.
var engine = gate.Spec{
	Name: "engine",
	Doc:  "What the scan itself states.",
	Emits: map[gate.Kind]any{
		gate.KindReference: gate.ReferenceFact{}, gate.KindUnparsed: gate.Unparsed{}, gate.KindFile: gate.FileFact{},
		gate.KindCommitted: gate.CommittedFact{}, gate.KindIncomplete: gate.Incomplete{},
	},
}

// formats lists the checks and what they state.
func (b *book) formats() string {
	inspectors, finders := specs(checks.Inspectors()), specs(checks.Finders())
	var w strings.Builder
	fmt.Fprintf(&w, `# Formats and languages

%d inspectors read model files and %d finders look for references to models. A file is
known by its content, not by its name. Nothing is executed. What an inspector finds inside
of a file (an entry of an archive, a pickle in an array) is read again by the inspectors,
and text inside of text (a notebook cell, a Dockerfile RUN) by the finders.

Each check states facts of the kinds below; the last column has the rules that read them.
The fields are those of the JSON report.

`, len(inspectors), len(finders))
	fmt.Fprint(&w, "| inspector | reads |\n|---|---|\n")
	overview(&w, inspectors)
	fmt.Fprint(&w, "\n| finder | reads |\n|---|---|\n")
	overview(&w, finders)
	fmt.Fprint(&w, "\n## Inspectors\n")
	for _, s := range inspectors {
		b.check(&w, s)
	}
	fmt.Fprint(&w, "\n## Finders\n\nEvery finder states references to models, which the engine joins across files\n(`refs.reference`).\n")
	for _, s := range finders {
		b.check(&w, s)
	}
	fmt.Fprint(&w, "\n## The gate itself\n")
	b.check(&w, engine)
	b.check(&w, policy.Spec())
	b.check(&w, cli.ChangeSpec())
	return w.String()
}

func overview(w *strings.Builder, list []gate.Spec) {
	for _, s := range list {
		fmt.Fprintf(w, "| [%s](#%s) | %s |\n", s.Name, s.Name, prose(stop(upper(s.Doc))))
	}
}

func (b *book) check(w *strings.Builder, s gate.Spec) {
	fmt.Fprintf(w, "\n### %s\n\n%s\n", s.Name, prose(stop(upper(s.Doc))))
	if len(s.Languages) > 0 {
		fmt.Fprintf(w, "\nText inside of other files reaches it as %s.\n", code(s.Languages))
	}
	if len(s.Emits) == 0 {
		return
	}
	fmt.Fprint(w, "\n| kind | fields | rules |\n|---|---|---|\n")
	for _, k := range slices.Sorted(maps.Keys(s.Emits)) {
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", k, code(fields(reflect.TypeOf(s.Emits[k]))), b.readers(k, "rules/"))
	}
}
