# METADATA
# title: Model was shared by mail, chat or a file drop
# description: >-
#   A model that came by mail, by chat or through a file-sharing site has no publisher,
#   no history and no digest to compare with. The same holds for weights that were
#   committed and that no lock entry traces to a source.
# custom:
#   evidence: [refs.reference, artifact.committed, lock.entry]
#   precision: high
#   security_severity: "6.0"
#   remediation: >-
#     Publish the model at an approved source and load it from there by commit; list
#     models that the repository itself makes under produced.
#   standards:
#     - cwe-1357
#     - cwe-829
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.2
#     - atlas/AML.T0073
#     - atlas/AML.T0074
#     - atlas/AML.T0058
package rules.acquisition["informal-source"]

import data.lib.config
import data.lib.fact
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.models
	host := hosts(item)[_]
	some suffix in drops
	within(host, suffix)
	message := sprintf("%v loads a model from %v, a place for sharing files that names no publisher.", [item.data.loader, host])
}

violations contains {"on": item, "message": message} if {
	some item in use.models
	regex.match(`(^|[^a-z])gdown([^a-z]|$)`, item.data.loader)
	not dropped(item)
	message := sprintf("%v downloads a model from a personal drive, which names no publisher.", [item.data.loader])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["artifact.committed"]
	some suffix in {".eml", ".msg", ":Zone.Identifier"}
	endswith(item.at.path, suffix)
	message := sprintf("%v shows that a model came by mail or as a download of a person.", [item.at.path])
}

violations contains {"on": item, "message": message} if {
	some item in input.evidence["artifact.committed"]
	not mailed(item.at.path)
	fact.optional(item, "origin") == ""
	not fact.optional(item, "sha256") in locked
	not produced(item.at.path)
	message := sprintf("%v is committed, and neither an origin nor a lock entry says where it comes from.", [item.at.path])
}

dropped(item) if {
	some suffix in drops
	within(hosts(item)[_], suffix)
}

mailed(path) if regex.match(`(\.eml|\.msg|:Zone\.Identifier)$`, path)

hosts(item) := [lower(parts[1]) |
	some parts in regex.find_all_string_submatch_n(`^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?([^/?#:@]+)`, url(item), 1)
]

url(item) := object.get(item.data.model, "url", "")

within(host, suffix) if host == suffix

within(host, suffix) if endswith(host, concat("", [".", suffix]))

drops := {
	"drive.google.com", "docs.google.com", "drive.usercontent.google.com", "dropbox.com", "dropboxusercontent.com",
	"1drv.ms", "onedrive.live.com", "onedrive.com", "sharepoint.com", "wetransfer.com", "we.tl", "transfer.sh",
	"mega.nz", "mega.co.nz", "mediafire.com", "gofile.io", "pan.baidu.com", "cdn.discordapp.com",
	"media.discordapp.net", "files.slack.com", "slack-files.com", "t.me", "api.telegram.org",
}

# The digests that the lock knows.
locked := {file.sha256 |
	some item in input.evidence["lock.entry"]
	some file in fact.list(item, "files")
}

# What the repository itself makes.
produced(path) if {
	some pattern in data.config.produced
	config.within(path, pattern)
}
