# METADATA
# title: Licence of the model is not allowed
# description: >-
#   The policy lists the licences under which models may be used. A model under another
#   one, or under none, may not be used at all.
# custom:
#   evidence: [refs.reference, license.found]
#   absence: true
#   precision: high
#   security_severity: "2.0"
#   remediation: >-
#     Use a model under an allowed licence. What counts is the registry's word, or
#     offline that of the lock; a licence that it does not name can be waived.
#   standards:
#     - cwe-1395
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.1
#     - owasp-aisvs/6.2.1
#     - atlas/AML.M0023
package rules.acquisition["license-not-allowed"]

import data.lib.config
import data.lib.fact
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("license-not-allowed", item)
	some license in hub.about(item)["license.found"]
	count(names(license) & {lower(id) | some id in options.allow}) == 0
	message := sprintf("%v is under the licence %v, which the policy does not allow.", [item.data.id, fact.text(license, "spdx")])
}

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not hub.about(item)["license.found"]
	message := sprintf("%v must be under an allowed licence: required, no evidence of its licence.", [item.data.id])
}

# A licence as SPDX calls it, and as the registry does.
names(license) := {lower(object.get(license.data, name, "?")) | some name in ["spdx", "id"]}
