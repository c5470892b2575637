# METADATA
# title: Model is not pinned to a commit
# description: >-
#   A branch or tag can be moved to other files at any time, by the owner or by whoever
#   has taken over the account. A full commit, or a digest that the loader checks,
#   cannot. An entry of the lock does not pin: the code that loads does not read it.
# custom:
#   evidence: [refs.reference, lock.entry]
#   precision: high
#   security_severity: "6.0"
#   remediation: >-
#     Pass the full commit as revision, which the lock has, or `git ls-remote` prints for
#     a model's repository; elsewhere a digest that the loader checks.
#   standards:
#     - cwe-494
#     - cwe-829
#     - cwe-1357
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
#     - atlas/AML.T0109
#     - ssdf/PS.3.2
#     - ssdf/PW.4.1
package rules.verification["unpinned-revision"]

import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	object.get(item.data, "immutable", false) == false
	message := sprintf("%v loads %v %v, which its owner can change at any time%v.", [item.data.loader, item.data.id, moment(item), known(item)])
}

moment(item) := sprintf("at %q", [item.data.model.revision]) if {
	object.get(item.data.model, "revision", "") != ""
} else := "without a commit" if {
	item.data.model.source in {"hf", "modelscope", "torchhub", "git"}
} else := "without a digest" if {
	item.data.model.source in {"url", "oci", "ollama"}
} else := "without a fixed version"

# The commit that the lock has, for whoever pins it.
known(item) := sprintf("; the lock has it at %v", [found[0]]) if {
	found := [entry.data.commit |
		some entry in hub.pinned(item, "lock.entry")
		object.get(entry.data, "commit", "") != ""
	]
	count(found) > 0
} else := ""
