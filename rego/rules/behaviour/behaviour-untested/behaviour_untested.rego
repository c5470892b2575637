# METADATA
# title: Model's behaviour was not tested
# description: >-
#   The policy asks that each new or changed model is tested for triggers that switch
#   its behaviour, and that the result is attested for its digests.
# custom:
#   evidence: [refs.reference, behave.attestation, lock.change]
#   awaits: [behave.attestation]
#   absence: true
#   precision: high
#   security_severity: "5.0"
#   remediation: >-
#     Test the model for triggers, then waive it with the result; this version reads
#     no attestations.
#   standards:
#     - cwe-511
#     - owasp-llm/LLM04:2025
#     - owasp-aisvs/3.2.2
#     - owasp-aisvs/6.1.4
#     - atlas/AML.T0018.000
#     - atlas/AML.T0020
package rules.behaviour["behaviour-untested"]

import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	not tested(item)
	not unchanged(item)
	message := sprintf("%v has no passed behavioural test of these files: required, no evidence.", [item.data.id])
}

tested(item) if {
	some attestation in hub.about(item)["behave.attestation"]
	object.get(attestation.data, "result", "PASSED") == "PASSED"
}

# A model whose locked digests were compared with those of the base and are the same is
# neither new nor updated.
unchanged(item) if {
	some change in hub.about(item)["lock.change"]
	change.data.before != ""
	change.data.before == change.data.after
}
