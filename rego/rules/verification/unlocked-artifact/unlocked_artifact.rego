# METADATA
# title: Model has no digests in the lock
# description: >-
#   Only a digest that was written down before shows that the bytes are those that were
#   looked at. The policy asks for one of each file of each model that may be loaded.
# custom:
#   evidence: [refs.reference, lock.entry]
#   absence: true
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Run `gate lock` and commit models.lock.
#   standards:
#     - cwe-353
#     - cwe-354
#     - cwe-494
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.1
#     - owasp-aisvs/6.1.3
#     - atlas/AML.T0010.003
#     - atlas/AML.T0109
#     - ssdf/PS.2.1
package rules.verification["unlocked-artifact"]

import data.lib.fact
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not locked(item)
	message := sprintf("%v has no entry with digests in the lock.", [item.data.id])
}

locked(item) if {
	some entry in hub.pinned(item, "lock.entry")
	complete(entry)
}

complete(entry) if {
	digests := [object.get(file, "sha256", "") |
		some file in fact.list(entry, "files")
		object.get(file, "excluded", "") == ""
	]
	count(digests) > 0
	not "" in digests
}
