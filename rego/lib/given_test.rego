# METADATA
# title: The input of a test
# description: >-
#   Gives the rules the facts of a test as a run gives them: by kind, and those about
#   models by registry, model and kind.
package lib.given

facts(evidence) := {
	"now": "2026-11-24T12:00:00Z",
	"policy": "",
	"added": {},
	"evidence": evidence,
	"about": about(evidence),
}

about(evidence) := {registry: models |
	some registry in {entry.registry | some entry in entries(evidence)}
	models := {model: kinds |
		some model in {entry.model | some entry in entries(evidence); entry.registry == registry}
		kinds := {kind: items |
			some kind, all in evidence
			items := [item |
				some item in all
				{"registry": registry, "model": model, "kind": kind, "item": item} in entries(evidence)
			]
			count(items) > 0
		}
	}
}

entries(evidence) := {entry |
	some kind, items in evidence
	kind != "refs.reference"
	some item in items
	object.get(item, "model", "") != ""
	some registry in registries(item, evidence)
	entry := {"registry": registry, "model": item.model, "kind": kind, "item": item}
}

registries(item, evidence) := {item.data.registry} if {
	object.get(item.data, "registry", "") != ""
} else := {split(item.at.path, ":")[0]} if {
	contains(split(item.at.path, "/")[0], ":")
} else := known if {
	known := referenced(item, evidence)
	count(known) > 0
} else := {"hf"}

referenced(item, evidence) := {reference.data.model.source |
	some reference in object.get(evidence, "refs.reference", [])
	reference.model == item.model
}
